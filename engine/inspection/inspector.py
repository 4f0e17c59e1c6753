"""Looking into a finished run: what it recommends, which branch speaks for it, and which items it sees as near."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.artefacts import MODEL, SEMANTIC_IDS
from engine.config import ExperimentConfig
from engine.data.batches import padded
from engine.data.dataset import Dataset, Sequences
from engine.data.popularity import Popularity
from engine.data.split import MIN_LENGTH, LeaveOneOut
from engine.errors import DataError
from engine.evaluation.metrics import fair_ranks
from engine.home import Home
from engine.inspection.cards import ItemCard, Neighbour, Recommendation, SharedCodes, UserView
from engine.models.build import Ingredients, build_model
from engine.models.recommender import Recommender
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import parse
from engine.training.checkpoint import load_weights, shape_of

if TYPE_CHECKING:
    from engine.library import Library
    from engine.store import RunDetails


class RunInspector:
    """The best checkpoint of a run, ready to be asked. Computes on the CPU."""

    def __init__(
        self,
        dataset: Dataset,
        config: ExperimentConfig,
        model: Recommender,
        ids: SemanticIds | None,
        popularity: Popularity,
    ) -> None:
        """See `open` and `of_run`, which load what is needed here."""
        self.dataset = dataset
        self.config = config
        self._model = model.eval()
        self._ids = ids
        self._popularity = popularity
        with torch.inference_mode():
            self._vectors = model.item_vectors()
        width = self._vectors.shape[1] // max(1, len(model.halves))
        self._halves = {name: slice(place * width, (place + 1) * width) for place, name in enumerate(model.halves)}
        self._search_texts = [
            f"{title}\n{identifier}".casefold()
            for title, identifier in zip(dataset.items.titles, dataset.items.ids, strict=True)
        ]

    @classmethod
    def open(cls, folder: Path, dataset: Dataset, config: ExperimentConfig) -> "RunInspector":
        """Load the run in `folder`. Raises DataError when its files are missing, damaged or do not fit the dataset."""
        items = len(dataset.items)
        ids = SemanticIds.load(folder / SEMANTIC_IDS) if config.uses_semantic_ids else None
        if ids is not None and len(ids.codes) != items:
            raise DataError(
                f"The run was made on another version of “{dataset.name}”: it knows {len(ids.codes):,} items, "
                f"the dataset has {items:,}."
            )
        popularity = Popularity.by_settings(LeaveOneOut(dataset.sequences).training, items, config.data)
        # Frozen text vectors are part of the weights; only their width must be known to build the model.
        text = shape_of(folder / MODEL, "texts.vectors") or shape_of(folder / MODEL, "embedding.vectors")
        given = Ingredients(
            items,
            popularity.counts,
            None if ids is None else ids.codes,
            text_vectors=np.zeros((items, text[1]), dtype=np.float32) if text else None,
        )
        model = build_model(config, given)
        load_weights(model, folder / MODEL)
        return cls(dataset, config, model, ids, popularity)

    @classmethod
    def of_run(cls, run: "RunDetails", home: Home, library: "Library") -> "RunInspector":
        """Load a recorded run. Raises DataError as `open` does, and when its dataset is gone or another by now."""
        dataset = library.load(run.dataset)
        if dataset.facts.get("fingerprint") != run.dataset_fingerprint:
            raise DataError(
                f"“{run.dataset}” was imported again with other content since run {run.id}, so its items can no "
                "longer be told apart. Start the run again to look into it."
            )
        folder = home.run_folder(run.id)
        if not (folder / MODEL).is_file():
            raise DataError(
                f"Run {run.id} ({run.status}) has no model: it ended before one was saved, or it was deleted."
            )
        return cls.open(folder, dataset, parse(run.config))

    @property
    def has_hid(self) -> bool:
        return "hid" in self._halves

    @property
    def has_sid(self) -> bool:
        return "sid" in self._halves

    def item(self, index: int) -> ItemCard:
        """The card of item `index` (from 1)."""
        items = self.dataset.items
        return ItemCard(
            index=index,
            id=items.ids[index],
            title=items.titles[index] or items.ids[index],
            text=items.texts[index],
            semantic_id=None if self._ids is None else tuple(self._ids.codes[index - 1].tolist()),
            is_head=bool(self._popularity.is_head[index]),
            popularity=int(self._popularity.counts[index]),
        )

    def search_items(self, text: str, limit: int = 50) -> list[ItemCard]:
        """Items whose title or identifier holds `text`, the most popular first; all of them for an empty text."""
        wanted = text.strip().casefold()
        found = [row for row, searched in enumerate(self._search_texts) if row and wanted in searched]
        found.sort(key=lambda row: -self._popularity.counts[row])
        return [self.item(row) for row in found[:limit]]

    def search_users(self, text: str, limit: int = 50) -> list[str]:
        """Users whose identifier holds `text`, an exact match first."""
        wanted = text.strip().casefold()
        found = [user for user in self.dataset.user_ids if wanted in user.casefold()]
        return sorted(found, key=lambda user: user.casefold() != wanted)[:limit]

    @torch.inference_mode()
    def nearest(self, index: int, by: Literal["hid", "sid"], k: int = 10) -> list[Neighbour]:
        """The `k` items with the most similar hash-ID or semantic-ID vectors. Raises DataError without that half."""
        if by not in self._halves:
            raise DataError(f"The model of this run has no {by.upper()} vectors.")
        vectors = torch.nn.functional.normalize(self._vectors[1:, self._halves[by]], dim=1)
        similarity = vectors @ vectors[index - 1]
        similarity[index - 1] = -torch.inf
        best = torch.topk(similarity, min(k, len(similarity) - 1))
        return [
            Neighbour(self.item(int(row) + 1), float(value))
            for value, row in zip(best.values, best.indices, strict=True)
        ]

    def sharing_codes(self, index: int, limit: int = 20) -> list[SharedCodes]:
        """Items that share leading codes, longest common prefix first, then the most popular."""
        if self._ids is None:
            return []
        codes = self._ids.codes
        shared = np.cumprod(codes == codes[index - 1], axis=1).sum(axis=1)
        shared[index - 1] = 0
        order = np.lexsort((-self._popularity.counts[1:], -shared))[:limit]
        return [SharedCodes(self.item(int(row) + 1), int(shared[row])) for row in order if shared[row]]

    @torch.inference_mode()
    def recommend(self, user_id: str, k: int = 10) -> UserView:
        """The top `k` after everything but the held-out test item, as in full ranking.

        Raises DataError when there is no such user.
        """
        row = self.dataset.user_index.get(user_id)
        if row is None:
            raise DataError(
                f"There is no user “{user_id}” in “{self.dataset.name}”. There are {len(self.dataset.user_ids):,} users, "
                f"among them {', '.join(self.dataset.user_ids[:5])}."
            )
        sequence = self.dataset.sequences[row]
        held_out = int(sequence[-1]) if len(sequence) >= MIN_LENGTH else None
        history = sequence if held_out is None else sequence[:-1]
        state = self._state(history)
        parts = {name: self._vectors[:, half] @ state[half] for name, half in self._halves.items()}
        scores = self._vectors @ state
        scores[0] = -torch.inf
        if self.config.evaluation.remove_seen:
            scores[torch.from_numpy(history.astype(np.int64))] = -torch.inf
        candidates = int(torch.isfinite(scores).sum())
        best = torch.topk(scores, min(k, candidates))
        return UserView(
            user_id=user_id,
            history=[self.item(int(item)) for item in history],
            held_out=None if held_out is None else self.item(held_out),
            held_out_rank=None if held_out is None else _rank(scores, held_out),
            candidates=candidates,
            recommendations=[
                Recommendation(
                    rank=place,
                    item=self.item(int(item)),
                    score=float(score),
                    **{name: float(parts[name][item]) if name in parts else None for name in ("hid", "sid", "text")},
                    is_held_out=int(item) == held_out,
                )
                for place, (score, item) in enumerate(zip(best.values, best.indices, strict=True), start=1)
            ],
        )

    def _state(self, history: npt.NDArray[np.int32]) -> Tensor:
        """(width,) the state after a history."""
        alone = Sequences(np.array([0, len(history)]), history)
        items, lengths = padded(alone, np.array([0]), self.config.data.max_length)
        return self._model.last_states(torch.from_numpy(items), torch.from_numpy(lengths))[0]


def _rank(scores: Tensor, item: int) -> float:
    if not torch.isfinite(scores[item]):
        return float("inf")
    others = scores.clone()
    others[item] = -torch.inf
    return float(fair_ranks(scores[item : item + 1], others[None])[0])
