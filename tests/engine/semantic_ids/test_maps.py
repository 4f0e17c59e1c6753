"""Maps keep near what is near, come from the cache, report and can be stopped."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import Stopped
from engine.semantic_ids import maps
from engine.semantic_ids.maps import cached_map, code_turns, item_map
from engine.semantic_ids.semantic_ids import FloatArray


def clusters(each: int = 20) -> FloatArray:
    random = np.random.default_rng(0)
    centres = np.eye(3, 8)
    return np.concatenate([centre + 0.05 * random.normal(size=(each, 8)) for centre in centres]).astype(np.float32)


def nothing(done: int, total: int) -> None: ...


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "EARLY", 30)
    monkeypatch.setattr(maps, "LATE", 40)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_clusters_stay_together_and_apart(tmp_path: Path, method: maps.Method) -> None:
    points = item_map(clusters(), method, tmp_path, nothing)
    assert points.shape == (60, 2)
    groups = points.reshape(3, 20, 2)
    centres = groups.mean(axis=1)
    widest = np.linalg.norm(groups - centres[:, None], axis=2).max()
    assert min(np.linalg.norm(centres[a] - centres[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > widest


@pytest.mark.usefixtures("quick")
def test_a_map_is_made_once_and_always_the_same(tmp_path: Path) -> None:
    vectors = clusters()
    assert cached_map(vectors, "tsne", tmp_path) is None
    seen: list[tuple[int, int]] = []
    made = item_map(vectors, "tsne", tmp_path, lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 70)
    assert seen[-1] == (70, 70)
    assert seen == sorted(seen)

    def refuse(done: int, total: int) -> None:
        raise AssertionError("it is in the cache")

    assert np.array_equal(item_map(vectors, "tsne", tmp_path, refuse), made)
    assert np.array_equal(item_map(vectors, "tsne", tmp_path / "elsewhere", nothing), made)
    assert cached_map(vectors, "pca", tmp_path) is None
    assert cached_map(vectors + 1, "tsne", tmp_path) is None


@pytest.mark.usefixtures("quick")
def test_a_stopped_map_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        item_map(clusters(), "tsne", tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_map_is_made_again(tmp_path: Path) -> None:
    item_map(clusters(), "pca", tmp_path, nothing)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"nothing of use")
    assert cached_map(clusters(), "pca", tmp_path) is None
    assert item_map(clusters(), "pca", tmp_path, nothing).shape == (60, 2)


@pytest.mark.parametrize("items", [1, 2, 3, 12])
@pytest.mark.usefixtures("quick")
def test_few_or_equal_items_have_a_map_too(tmp_path: Path, items: int) -> None:
    for vectors in (np.ones((items, 1), np.float32), np.zeros((items, 3), np.float32), np.eye(items, dtype=np.float32)):
        points = item_map(vectors, "tsne", tmp_path, nothing)
        assert points.shape == (items, 2)
        assert np.isfinite(points).all()


def test_turns_go_around() -> None:
    angles = np.arange(8) / 8 * 2 * np.pi
    turns = code_turns(np.stack([3 * np.cos(angles), 2 * np.sin(angles)], axis=1).astype(np.float32))
    steps = np.diff(np.concatenate([turns, turns[:1]])) % 1
    assert min(steps.sum(), 8 - steps.sum()) == pytest.approx(1, abs=1e-5)  # once around, in one direction
    assert code_turns(np.ones((3, 1), np.float32)).shape == (3,)
