"""Text vectors kept between runs, by encoder and text: a text is encoded once, whatever dataset it is in."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from engine.files import sha256_of, write_whole
from engine.text.encoders import FloatArray, SentenceEncoder

CHUNK = 128  # texts per file: what an interruption can lose, and how long a stop can take


def encode_cached(
    encoder: SentenceEncoder, texts: Sequence[str], folder: Path, progress: Callable[[int, int], None]
) -> FloatArray:
    """(len(texts), width) vectors; only texts that the cache in `folder` does not hold are encoded.

    `progress(done, total)` is called between chunks, counts distinct texts still to encode, and may raise to
    stop; what was encoded before stays in the cache.
    """
    shelf = folder / sha256_of([encoder.identity.encode()])[:16]
    known = _read_shelf(shelf)
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    # Sorted by length, so that a batch holds texts of about one length and little padding.
    missing = sorted({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(),
                     key=lambda each: len(each[1]))  # fmt: skip
    progress(0, len(missing))
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        vectors = encoder.encode([text for _, text in chunk])
        fresh = dict(zip((key for key, _ in chunk), vectors, strict=True))
        _write_shard(shelf, fresh)
        known.update(fresh)
        progress(start + len(chunk), len(missing))
    return np.stack([known[key] for key in keys])


def _write_shard(shelf: Path, vectors: dict[str, FloatArray]) -> None:
    keys = np.frombuffer(bytes.fromhex("".join(vectors)), dtype=np.uint8).reshape(-1, 32)
    table: dict[str, npt.NDArray[Any]] = {"keys": keys.copy(), "vectors": np.stack(list(vectors.values()))}
    write_whole(shelf / f"{sha256_of([keys.tobytes()])[:16]}.safetensors", lambda path: save_file(table, path))


def _read_shelf(shelf: Path) -> dict[str, FloatArray]:
    known: dict[str, FloatArray] = {}
    for path in sorted(shelf.glob("[!.]*.safetensors")):
        try:
            table = load_file(path)
        except (SafetensorError, OSError):
            path.unlink(missing_ok=True)  # damaged: the texts are simply encoded again
            continue
        known.update(zip((key.tobytes().hex() for key in table["keys"]), table["vectors"], strict=True))
    return known
