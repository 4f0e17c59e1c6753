"""The items of a dataset with semantic IDs, as they are looked into: by code, by word, by what they have in common."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.artefacts import SEMANTIC_IDS
from engine.config import ExperimentConfig, SemanticIdSettings, TextSettings
from engine.data.dataset import Dataset, IntArray
from engine.data.popularity import Popularity
from engine.data.split import LeaveOneOut
from engine.errors import DataError, WorkbenchError
from engine.files import write_csv
from engine.home import Home
from engine.semantic_ids.code_tree import Branch, CodeTree
from engine.semantic_ids.collisions import CollisionGroup, collision_groups
from engine.semantic_ids.maps import Method, code_turns, item_map
from engine.semantic_ids.semantic_ids import FloatArray, SemanticIds
from engine.semantic_ids.usage import LevelUsage, level_usage
from engine.semantics import item_codes, item_vectors, item_vectors_at_hand
from engine.settings import parse

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import RunDetails

_CODES = re.compile(r"\d+(?:[\s,;/.›>-]+\d+)*")


class NoSemanticIdsError(DataError):
    """The run's model does not use semantic IDs."""


@dataclass(frozen=True, eq=False)
class CodedItems:
    """A catalogue, what its items' semantic IDs are, and how they were made. Rows count the items from 0.

    `report` holds the diagnostics of the semantic IDs; `run` is the run that used them, None for those that no run did.
    """

    dataset: Dataset
    ids: SemanticIds
    popularity: Popularity
    text: TextSettings
    settings: SemanticIdSettings
    report: dict[str, Any] = field(default_factory=dict)
    run: int | None = None

    @classmethod
    def of_run(cls, run: "RunDetails", home: Home, library: "Library") -> "CodedItems":
        """Those of a recorded run.

        Raises NoSemanticIdsError when its model uses none, DataError when their file is missing or damaged, or its dataset
        is gone or another by now.
        """
        config: ExperimentConfig = parse(run.config)
        if not config.uses_semantic_ids:
            raise NoSemanticIdsError(f"The model of run {run.id} ({run.name}) does not use any, so none were made.")
        dataset = library.load(run.dataset)
        if dataset.facts.get("fingerprint") != run.dataset_fingerprint:
            raise DataError(
                f"“{run.dataset}” was imported again with other content since run {run.id}, so its semantic IDs no "
                "longer belong to these items. Start the run again to look into them."
            )
        file = home.run_folder(run.id) / SEMANTIC_IDS
        if not file.is_file():
            raise DataError(
                f"Run {run.id} ({run.status}) has no file with semantic IDs: it ended before they were made, or the "
                "file was deleted."
            )
        ids = SemanticIds.load(file)
        if len(ids.codes) != len(dataset.items):
            raise DataError(
                f"Run {run.id} has semantic IDs of {len(ids.codes):,} items, but “{run.dataset}” has "
                f"{len(dataset.items):,}."
            )
        training = LeaveOneOut(dataset.sequences).training
        popularity = Popularity.by_settings(training, len(dataset.items), config.data)
        return cls(dataset, ids, popularity, config.text, config.semantic_ids, run.semantic_ids, run.id)

    def made_anew(
        self, settings: SemanticIdSettings, home: Home, progress: Callable[[str, int, int], None]
    ) -> "CodedItems":
        """The same items with semantic IDs by other settings, of the same text vectors.

        `progress(words, done, total)` may raise to stop. Raises SettingsError or DataError when it cannot be done.
        """
        from engine.semantic_ids.diagnostics import diagnose

        vectors = self.text_vectors(home, progress)
        ids, _ = item_codes(settings, vectors, home, lambda done, total: progress("Learning semantic IDs", done, total))
        progress("Looking for neighbours", 0, 0)
        return replace(self, ids=ids, settings=settings, report=diagnose(ids, vectors), run=None)

    def text_vectors(self, home: Home, progress: Callable[[str, int, int], None]) -> FloatArray:
        """(items, width) the vectors that the semantic IDs were made of, from the cache or encoded now.

        `progress(words, done, total)` may raise to stop. Raises SettingsError or DataError when they cannot be had.
        """
        return item_vectors(
            self.text, self.dataset.items, home, lambda done, total: progress("Encoding item texts", done, total)
        )

    def has_text_vectors(self, home: Home) -> bool:
        """Whether `text_vectors` gives them at once."""
        try:
            return item_vectors_at_hand(self.text, self.dataset.items, home) is not None
        except WorkbenchError:
            return False

    def map(
        self, by: Literal["text", "semantic_id"], method: Method, home: Home, progress: Callable[[str, int, int], None]
    ) -> FloatArray:
        """(items, 2) a map by the text vectors, or by what the semantic IDs stand for; see `item_map`.

        `progress(words, done, total)` may raise to stop. Raises SettingsError or DataError when there are no vectors.
        """
        vectors = self.text_vectors(home, progress) if by == "text" else self.ids.vectors()

        def tell(done: int, total: int) -> None:
            progress("t-SNE" if done else "Looking for neighbours", done, total if done else 0)

        return item_map(vectors, method, home.cache / "maps", tell)

    def prepare(self) -> None:
        """Make now, in the background, what would otherwise be made when it is asked for."""
        _ = self._keys, self.tree, self.collisions, self.turns, self.usage

    @property
    def counts(self) -> IntArray:
        """(items,) training interactions."""
        return self.popularity.counts[1:]

    @cached_property
    def tree(self) -> CodeTree:
        return CodeTree(self.ids.codes, self.counts)

    @cached_property
    def collisions(self) -> list[CollisionGroup]:
        return collision_groups(self.ids, self.counts)

    @cached_property
    def turns(self) -> FloatArray:
        """(codebook size,) see `code_turns`, of the first level."""
        return code_turns(self.ids.codebooks[0])

    @cached_property
    def usage(self) -> list[LevelUsage]:
        return level_usage(self.ids)

    def export_groups(self, path: Path, groups: Sequence[CollisionGroup]) -> None:
        """Write collision groups as CSV, a line for every item. Raises OSError."""
        items = self.dataset.items
        write_csv(
            path,
            ["semantic_id", "items", "id", "title", "training_interactions", "slice"],
            (
                [
                    *(" ".join(map(str, group.codes)), len(group.items), items.ids[row + 1], items.titles[row + 1]),
                    *(int(self.counts[row]), "head" if self.popularity.is_head[row + 1] else "tail"),
                ]
                for group in groups
                for row in group.items.tolist()
            ),
        )

    def export_map(self, path: Path, points: FloatArray) -> None:
        """Write a map (items, 2) as CSV, a line for every item. Raises OSError."""
        items = self.dataset.items
        write_csv(
            path,
            ["id", "title", "semantic_id", "training_interactions", "slice", "x", "y"],
            (
                [
                    *(items.ids[row + 1], items.titles[row + 1], " ".join(map(str, self.semantic_id(row)))),
                    *(int(self.counts[row]), "head" if self.popularity.is_head[row + 1] else "tail"),
                    *(f"{place:.6g}" for place in points[row]),
                ]
                for row in range(len(points))
            ),
        )

    def title(self, row: int) -> str:
        """An item's title, or its identifier where it has none."""
        items = self.dataset.items
        return str(items.titles[row + 1] or items.ids[row + 1])

    def semantic_id(self, row: int) -> tuple[int, ...]:
        return tuple(self.ids.codes[row].tolist())

    def find_items(self, text: str) -> IntArray:
        """(found,) rows of the items whose title, identifier or text hold every word, the most popular first."""
        found = np.ones(len(self._keys), dtype=bool)
        for word in text.casefold().split():
            found &= np.array([word in key for key in self._keys], dtype=bool)
        rows = np.flatnonzero(found)
        return rows[np.argsort(-self.counts[rows], kind="stable")]

    def find_branch(self, text: str) -> Branch | None:
        """The node of the tree whose codes are typed, such as “12 5” or “12 › 5”; None where there is none."""
        if not _CODES.fullmatch(text.strip()):
            return None
        return self.tree.find(tuple(int(code) for code in re.findall(r"\d+", text)))

    @cached_property
    def _keys(self) -> list[str]:
        items = self.dataset.items
        every = zip(items.titles[1:], items.ids[1:], items.texts[1:], strict=True)
        return [f"{title}\n{identifier}\n{text}".casefold() for title, identifier, text in every]
