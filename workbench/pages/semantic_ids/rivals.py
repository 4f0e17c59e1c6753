"""Other semantic IDs of the same items: those of other runs, each way to make them once, and those made here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.artefacts import SEMANTIC_IDS
from engine.config import ExperimentConfig, SemanticIdSettings, TextSettings
from engine.errors import SettingsError
from engine.settings import parse, settings_of
from workbench.context import Workbench

if TYPE_CHECKING:
    from engine.coded_items import CodedItems

LOOKED_AT = 200  # newest runs on the dataset


@dataclass(frozen=True)
class Rival:
    """Semantic IDs of a run, the newest of those that made them in this way."""

    run: int
    settings: SemanticIdSettings
    text: TextSettings

    @property
    def words(self) -> str:
        return f"{settings_words(self.settings)} (run {self.run})"


def rivals_of(items: "CodedItems", workbench: Workbench) -> list[Rival]:
    """The other ways in which runs on the dataset made semantic IDs, the newest first."""
    store, home = workbench.store, workbench.home
    fingerprint = items.dataset.facts.get("fingerprint")
    rows = [
        row
        for row in store.runs.on_dataset(items.dataset.name)
        if row.depth is not None
        and row.dataset_fingerprint == fingerprint
        and (home.run_folder(row.id) / SEMANTIC_IDS).is_file()
    ]
    known = {_key(items.settings, items.text)}
    found = []
    for row in rows[: -LOOKED_AT - 1 : -1]:
        try:
            config: ExperimentConfig = parse(store.runs.get(row.id).config)
        except SettingsError:
            continue  # recorded by a version that knew other settings
        if (key := _key(config.semantic_ids, config.text)) not in known:
            known.add(key)
            found.append(Rival(row.id, config.semantic_ids, config.text))
    return found


def settings_words(settings: SemanticIdSettings) -> str:
    """“Residual k-means, 4 × 256, seed 0”."""
    labels = next(info for info in settings_of(SemanticIdSettings) if info.key == "quantiser").labels
    words = f"{labels[settings.quantiser]}, {settings.depth} × {settings.codebook_size}, seed {settings.seed}"
    return f"{words}, unique level" if settings.unique_level else words


def _key(settings: SemanticIdSettings, text: TextSettings) -> str:
    return settings.model_dump_json() + text.model_dump_json()
