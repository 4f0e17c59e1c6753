import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Catalogue, Dataset
from engine.errors import DataError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def same(one: Dataset, other: Dataset) -> bool:
    arrays = [
        (one.user_ids, other.user_ids),
        (one.sequences.offsets, other.sequences.offsets),
        (one.sequences.items, other.sequences.items),
        (one.items.ids, other.items.ids),
        (one.items.titles, other.items.titles),
        (one.items.texts, other.items.texts),
    ]
    times = one.timestamps is None and other.timestamps is None
    times = times or np.array_equal(one.timestamps, other.timestamps)
    return (
        times and one.name == other.name and one.facts == other.facts and all(np.array_equal(*pair) for pair in arrays)
    )


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(TEXT, min_size=1, max_size=5, unique=True),
    users=st.lists(TEXT, min_size=1, max_size=3),
    data=st.data(),
)
def test_what_is_saved_is_loaded(build, texts, users, data):
    rows = [data.draw(st.lists(st.integers(1, len(texts)), max_size=6)) for _ in users]
    column = np.array(["", *texts], dtype=object)
    sequences = build.sequences(*rows)
    times = np.arange(len(sequences.items), dtype=np.int64) if data.draw(st.booleans()) else None
    facts = {"source": texts[0], "synthetic": False, "report": {"examples": {"x": texts}}}
    dataset = Dataset("n", np.array(users, dtype=object), sequences, Catalogue(column, column, column), times, facts)
    with tempfile.TemporaryDirectory() as folder:
        dataset.save(Path(folder) / "n")
        loaded = Dataset.load(Path(folder) / "n")
    assert same(dataset, loaded)
    assert loaded.sequences.items.dtype == np.int32


def test_saving_again_replaces_all_of_it(build, tmp_path):
    first = build.dataset([1, 2, 3], items=3)
    Dataset(first.name, first.user_ids, first.sequences, first.items, np.arange(3)).save(tmp_path / "d")
    second = build.dataset([2, 1], [1], items=2)
    second.save(tmp_path / "d")
    assert same(Dataset.load(tmp_path / "d"), second)
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_failed_save_leaves_the_old_dataset_and_nothing_else(build, tmp_path, monkeypatch):
    before = build.dataset([1, 2, 3], items=3)
    before.save(tmp_path / "d")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match="No space left"):
        build.dataset([3], items=3).save(tmp_path / "d")
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
    assert same(Dataset.load(tmp_path / "d"), before)


@pytest.mark.parametrize("damaged", ["facts.json", "items.parquet", "users.parquet", "offsets.npy", "items.npy"])
@pytest.mark.parametrize("how", ["missing", "garbage", "empty"])
def test_a_damaged_dataset_is_named(build, tmp_path, damaged, how):
    build.dataset([1, 2, 3], items=3).save(tmp_path / "d")
    if how == "missing":
        (tmp_path / "d" / damaged).unlink()
    else:
        (tmp_path / "d" / damaged).write_bytes(b"\x00garbage" if how == "garbage" else b"")
    with pytest.raises(DataError, match="damaged or incomplete"):
        Dataset.load(tmp_path / "d")


def test_a_pickled_array_is_refused(build, tmp_path):
    build.dataset([1, 2, 3], items=3).save(tmp_path / "d")
    np.save(tmp_path / "d" / "items.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="damaged or incomplete"):
        Dataset.load(tmp_path / "d")


@pytest.mark.parametrize(
    ("file", "array"),
    [("items.npy", [1, 2, 9]), ("items.npy", [1, 2]), ("offsets.npy", [0, 2, 3]), ("timestamps.npy", [5])],
)
def test_parts_that_do_not_belong_together_are_damage(build, tmp_path, file, array):
    build.dataset([1, 2, 3], items=3).save(tmp_path / "d")
    np.save(tmp_path / "d" / file, np.array(array))
    with pytest.raises(DataError, match="do not match"):
        Dataset.load(tmp_path / "d")


def test_facts_without_a_name_are_damage(build, tmp_path):
    build.dataset([1, 2, 3], items=3).save(tmp_path / "d")
    (tmp_path / "d" / "facts.json").write_text(json.dumps({"source": ""}))
    with pytest.raises(DataError, match="damaged or incomplete"):
        Dataset.load(tmp_path / "d")


def test_items_and_users_are_found_by_their_identifiers(build):
    dataset = build.dataset([1, 2], [2], items=2)
    assert dataset.items.index == {"item 1": 1, "item 2": 2}
    assert dataset.user_index == {"user 0": 0, "user 1": 1}
    assert len(dataset.items) == 2
    assert len(dataset.sequences) == 2
