"""The text vectors of a catalogue, from whatever the settings name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.config import TextSettings
from engine.text.cache import encode_cached
from engine.text.encoders import ENCODERS, FloatArray
from engine.text.vectors import read_vectors


def text_vectors(
    settings: TextSettings, ids: Sequence[str], texts: Sequence[str], cache: Path, progress: Callable[[int, int], None]
) -> FloatArray:
    """(len(ids), width) text vectors of the items with these source identifiers and texts.

    Raises SettingsError or DataError when the encoder or the vectors cannot be had.
    """
    if settings.encoder == "vectors":
        return read_vectors(settings, ids)
    encoder = ENCODERS[settings.encoder](settings)
    try:
        return encode_cached(encoder, texts, cache, progress)
    finally:
        encoder.forget()
