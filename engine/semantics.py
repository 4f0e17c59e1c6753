"""From item texts to text vectors to semantic IDs; what was made once is taken from the cache."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.config import RQ_VAE_SETTINGS, SemanticIdSettings, TextSettings
from engine.data.dataset import Catalogue
from engine.errors import DataError, Stopped
from engine.files import sha256_of
from engine.home import Home

if TYPE_CHECKING:
    from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds


def item_vectors(
    settings: TextSettings, items: Catalogue, home: Home, progress: Callable[[int, int], None]
) -> "FloatArray":
    """(items, width) text vectors of a catalogue; `progress(done, total)` counts texts and may raise to stop.

    Raises SettingsError or DataError when the encoder or the vectors cannot be had.
    """
    from engine.text.embedding import text_vectors

    return text_vectors(settings, list(items.ids[1:]), list(items.texts[1:]), home.cache / "text", progress)


def item_vectors_at_hand(settings: TextSettings, items: Catalogue, home: Home) -> "FloatArray | None":
    """(items, width) text vectors of a catalogue; None where some texts would have to be encoded first.

    Raises SettingsError or DataError as `item_vectors` does.
    """

    def refuse(_done: int, total: int) -> None:
        if total:
            raise Stopped

    try:
        return item_vectors(settings, items, home, refuse)
    except Stopped:
        return None


def item_codes(
    settings: SemanticIdSettings, vectors: "FloatArray", home: Home, progress: Callable[[int, int], None]
) -> "tuple[SemanticIds, bool]":
    """The semantic IDs of text `vectors` (items, width), and whether they were in the cache.

    `progress(done, total)` counts the quantiser's steps and may raise to stop. Raises SettingsError when the settings
    do not fit the vectors.
    """
    from engine.semantic_ids.quantisers import QUANTISERS
    from engine.semantic_ids.semantic_ids import SemanticIds

    # What changes nothing that is learned shall not make it be learned again.
    apart = {"unique_level"} if settings.quantiser == "rq-vae" else {"unique_level", *RQ_VAE_SETTINGS}
    key = sha256_of([settings.model_dump_json(exclude=apart).encode(), vectors.tobytes()])[:24]
    cached = home.cache / "semantic_ids" / f"{key}.safetensors"
    try:
        ids, reused = SemanticIds.load(cached), True
    except DataError:
        ids, reused = QUANTISERS[settings.quantiser](settings).fit(vectors, progress), False
        ids.save(cached)
    return ids.with_unique_level() if settings.unique_level else ids, reused
