"""Items with semantic IDs as they are looked into: found by word and by code, opened from a run, made anew."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.artefacts import SEMANTIC_IDS
from engine.coded_items import CodedItems, NoSemanticIdsError
from engine.config import ExperimentConfig, ModelSettings, SemanticIdSettings, TextSettings
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.errors import DataError, Stopped
from engine.home import Home
from engine.semantic_ids.semantic_ids import SemanticIds

TITLES = ["Red kettle", "Tent", "", "Blue kettle"]


def dataset() -> Dataset:
    def column(values: list[str]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
        return np.array(["", *values], dtype=object)

    catalogue = Catalogue(
        column(["a1", "b2", "c3", "d4"]), column(TITLES), column(["boils", "sleeps", "hangs", "boils, too"])
    )
    sequences = Sequences(np.array([0, 4, 8]), np.array([4, 4, 1, 2, 4, 3, 1, 2], dtype=np.int32))
    return Dataset("shop", np.array(["u", "v"], dtype=object), sequences, catalogue, facts={"fingerprint": "f"})


def vectors(folder: Path) -> TextSettings:
    file = folder / "vectors.npy"
    np.save(file, np.eye(4, dtype=np.float32))
    file.with_suffix(".ids.txt").write_text("a1\nb2\nc3\nd4")
    return TextSettings(encoder="vectors", source=str(file))


def opened(home: Home, codes: list[list[int]], kind: str = "h2rec") -> CodedItems:
    config = ExperimentConfig(
        text=vectors(home.root),
        model=ModelSettings(kind=kind),  # type: ignore[arg-type]
        semantic_ids=SemanticIdSettings(quantiser="rq-kmeans", depth=2, codebook_size=4),
    )
    array = np.array(codes)
    ids = SemanticIds(array, np.ones((array.shape[1], 4, 3), np.float32), 0.1)
    ids.save(home.run_folder(1) / SEMANTIC_IDS)
    run = SimpleNamespace(
        id=1, name="mine", status="finished", dataset="shop", dataset_fingerprint="f", semantic_ids={},
        config=config.model_dump(mode="json"),
    )  # fmt: skip
    return CodedItems.of_run(run, home, SimpleNamespace(load=lambda _name: dataset()))  # type: ignore[arg-type]


CODES = [[1, 2], [0, 3], [1, 0], [1, 2]]


def test_items_are_found_by_every_word_the_most_popular_first(home: Home) -> None:
    items = opened(home, CODES)
    assert items.counts.tolist() == [0, 0, 1, 3]
    assert items.find_items("kettle").tolist() == [3, 0]
    assert items.find_items("BOILS red").tolist() == [0]
    assert items.find_items("c3").tolist() == [2]
    assert items.find_items("").tolist() == [3, 2, 0, 1]
    assert items.title(2) == "c3"


@pytest.mark.parametrize("typed", ["1 2", " 1 › 2 ", "1,2", "1 > 2", "1/2", "1-2"])
def test_codes_are_found_however_they_are_separated(home: Home, typed: str) -> None:
    branch = opened(home, CODES).find_branch(typed)
    assert branch is not None
    assert (branch.prefix, branch.size) == ((1, 2), 2)


@pytest.mark.parametrize("typed", ["", "2", "1 2 3", "a 1", "1 x"])
def test_what_is_no_code_is_no_node(home: Home, typed: str) -> None:
    assert opened(home, CODES).find_branch(typed) is None


def test_what_does_not_belong_together_is_refused(home: Home) -> None:
    with pytest.raises(NoSemanticIdsError, match=r"run 1 \(mine\)"):
        opened(home, CODES, kind="hid")
    with pytest.raises(DataError, match="3 items, but “shop” has 4"):
        opened(home, CODES[:3])


def test_others_are_made_of_the_same_texts_and_can_be_stopped(home: Home) -> None:
    items = opened(home, CODES)
    settings = items.settings.model_copy(update={"depth": 1, "codebook_size": 4})
    said: list[str] = []
    made = items.made_anew(settings, home, lambda words, _done, _total: said.append(words))
    assert made.run is None
    assert len(set(made.ids.codes[:, 0].tolist())) == 4  # as many codes as items: each has its own
    assert made.report["collision_rate"] == 0
    assert said[-1] == "Looking for neighbours"

    def stop(words: str, done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        items.made_anew(settings.model_copy(update={"seed": 1}), home, stop)
    assert items.has_text_vectors(home)
    Path(items.text.source).unlink()
    assert not items.has_text_vectors(home)
