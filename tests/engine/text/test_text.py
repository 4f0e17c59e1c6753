"""Encoders, the cache and ready-made vectors."""

import hashlib
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import TextSettings
from engine.errors import DataError, SettingsError, Stopped
from engine.text import encoders
from engine.text.cache import CHUNK, encode_cached
from engine.text.embedding import text_vectors
from engine.text.encoders import ENCODERS, FloatArray
from engine.text.vectors import read_vectors


class CountingEncoder:
    """An encoder whose vectors can be told apart and which remembers what it was asked."""

    def __init__(self, identity: str = "counting") -> None:
        self.identity = identity
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.asked.extend(texts)
        digests = [hashlib.sha256(f"{self.identity}{text}".encode()).digest()[:4] for text in texts]
        return np.array([[*digest] for digest in digests], dtype=np.float32)


def nothing(done: int, total: int) -> None: ...


def test_every_text_is_encoded_once_and_comes_back_in_order(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = encode_cached(encoder, ["bb", "a", "bb", ""], tmp_path, nothing)
    assert sorted(encoder.asked) == ["", "a", "bb"]
    assert np.array_equal(first, encoder.encode(["bb", "a", "bb", ""]))
    again = CountingEncoder()
    assert np.array_equal(encode_cached(again, ["a", "new", "bb"], tmp_path, nothing)[[0, 2]], first[[1, 0]])
    assert again.asked == ["new"]


def test_encoders_do_not_share_a_cache(tmp_path: Path) -> None:
    one, other = CountingEncoder("one"), CountingEncoder("other")
    first = encode_cached(one, ["a"], tmp_path, nothing)
    assert not np.array_equal(encode_cached(other, ["a"], tmp_path, nothing), first)
    assert other.asked == ["a"]


def test_what_was_encoded_before_a_stop_is_kept(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(3 * CHUNK)]

    def stop(done: int, total: int) -> None:
        if done >= CHUNK:
            raise Stopped

    with pytest.raises(Stopped):
        encode_cached(CountingEncoder(), texts, tmp_path, stop)
    later = CountingEncoder()
    encode_cached(later, texts, tmp_path, nothing)
    assert len(later.asked) == 2 * CHUNK


def test_a_damaged_cache_file_is_encoded_again(tmp_path: Path) -> None:
    vectors = encode_cached(CountingEncoder(), ["a", "b"], tmp_path, nothing)
    (shard,) = tmp_path.rglob("*.safetensors")
    shard.write_bytes(shard.read_bytes()[:-3])
    again = CountingEncoder()
    assert np.array_equal(encode_cached(again, ["a", "b"], tmp_path, nothing), vectors)
    assert sorted(again.asked) == ["a", "b"]


def test_the_included_encoder_knows_what_texts_mean(tmp_path: Path) -> None:
    texts = ["a red apple, fruit", "a green pear, fruit", "science fiction film about space"]
    vectors = text_vectors(TextSettings(), ["1", "2", "3"], texts, tmp_path, nothing)
    assert vectors.shape == (3, 384)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = unit @ unit.T
    assert similarity[0, 1] > similarity[0, 2] + 0.2


def test_changed_weights_of_the_included_encoder_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "BUNDLED_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match="SHA-256"):
        ENCODERS["bundled"](TextSettings()).encode(["a"])


def test_without_a_network_a_named_model_is_refused_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    settings = TextSettings(encoder="named", source="nobody/no-such-model")
    start = time.monotonic()
    with pytest.raises(SettingsError, match=r"text\.source.*no-such-model.*cannot be reached"):
        ENCODERS["named"](settings).encode(["a"])
    assert time.monotonic() - start < 15


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"text\.source"):
        ENCODERS["folder"](TextSettings(encoder="folder", source=str(tmp_path)))


def vectors_from(path: Path, *ids: str) -> FloatArray:
    return read_vectors(TextSettings(encoder="vectors", source=str(path)), ids)


def test_vectors_from_parquet_and_npy(tmp_path: Path) -> None:
    lists = pd.DataFrame({"item_id": ["b", "a", "unused"], "vector": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]})
    lists.to_parquet(tmp_path / "lists.parquet")
    pd.DataFrame({"id": ["b", "a"], "x": [1.0, 3.0], "y": [2.0, 4.0]}).to_parquet(tmp_path / "columns.parquet")
    np.save(tmp_path / "array.npy", np.array([[1.0, 2.0], [3.0, 4.0]]))
    (tmp_path / "array.ids.txt").write_text("b\na\n")
    for name in ("lists.parquet", "columns.parquet", "array.npy"):
        assert vectors_from(tmp_path / name, "a", "b").tolist() == [[3.0, 4.0], [1.0, 2.0]]


def test_bad_vector_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "vectors.parquet"
    with pytest.raises(SettingsError, match="no file"):
        vectors_from(path, "a")
    path.write_bytes(b"rubbish")
    with pytest.raises(DataError, match=r"vectors\.parquet cannot be read"):
        vectors_from(path, "a")
    pd.DataFrame({"id": ["a"], "x": [1.0]}).to_parquet(path)
    with pytest.raises(DataError, match="no vector for 1 of 2 items: b"):
        vectors_from(path, "a", "b")
    pd.DataFrame({"id": ["a", "a"], "x": [1.0, 2.0]}).to_parquet(path)
    with pytest.raises(DataError, match="“a” stands in rows 1 and 2"):
        vectors_from(path, "a")
    pd.DataFrame({"id": ["a"], "x": [np.nan]}).to_parquet(path)
    with pytest.raises(DataError, match="holds nan; every value must be a number"):
        vectors_from(path, "a")
    pd.DataFrame({"id": ["a"], "x": ["text"]}).to_parquet(path)
    with pytest.raises(DataError, match="not numbers"):
        vectors_from(path, "a")
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    objects.with_suffix(".ids.txt").write_text("a\n")
    with pytest.raises(DataError, match="cannot be read"):
        vectors_from(objects, "a")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((1, 0)), "numbers in rows and columns"),
        (np.array([[1.0, 1e300]]), "item “a” holds 1e\\+300"),
        (np.array([[1.0, -np.inf]]), "item “a” holds -inf"),
        (np.array([["x"]]), "numbers in rows and columns"),
    ],
)
def test_arrays_that_cannot_be_used(tmp_path: Path, array: FloatArray, words: str) -> None:
    np.save(tmp_path / "v.npy", array)
    (tmp_path / "v.ids.txt").write_text("a\n")
    with pytest.raises(DataError, match=words):
        vectors_from(tmp_path / "v.npy", "a")


def test_files_that_are_no_array(tmp_path: Path) -> None:
    path = tmp_path / "v.npy"
    (tmp_path / "v.ids.txt").write_text("a\n")
    path.write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read"):
        vectors_from(path, "a")
    with path.open("wb") as file:
        np.savez(file, np.zeros((1, 2)))
    with pytest.raises(DataError, match="several arrays"):
        vectors_from(path, "a")
    np.save(path, np.zeros((1, 2)))
    (tmp_path / "v.ids.txt").write_bytes(b"\xe9\n")
    with pytest.raises(DataError, match=r"v\.ids\.txt is not a text file"):
        vectors_from(path, "a")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "no vectors"),
        ({"v": [None]}, "not numbers"),
        ({"v": [[]]}, "not numbers"),
        ({"x": [1.0], "made": [pd.Timestamp("2024-05-31")]}, "column “made”"),
        ({"x": [1.0], "title": ["Lamp"]}, "column “title”"),
        ({"x": [1.0], "kept": [True]}, "column “kept”"),
    ],
)
def test_tables_that_hold_no_vectors(tmp_path: Path, columns: dict[str, list[object]], words: str) -> None:
    pd.DataFrame({"id": ["a"], **columns}).to_parquet(tmp_path / "v.parquet")
    with pytest.raises(DataError, match=words):
        vectors_from(tmp_path / "v.parquet", "a")
