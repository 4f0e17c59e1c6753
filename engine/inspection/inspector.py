"""Looking into a finished run: what it recommends, what speaks for it, and which items it sees as near."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

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
from engine.inspection.cards import ItemCard, Neighbour, PathStep, Recipient, Recommendation, UserView
from engine.inspection.contributions import contributions
from engine.inspection.everyone import Lists, Tick, lists_of_all
from engine.inspection.nearness import Nearness, Neighbourhood
from engine.models.build import Ingredients, build_model
from engine.models.embeddings import TextEmbedding
from engine.models.recommender import Recommender
from engine.semantic_ids.semantic_ids import SemanticIds
from engine.settings import parse
from engine.training.checkpoint import load_weights, shape_of

if TYPE_CHECKING:
    from engine.library import Library
    from engine.semantic_ids.semantic_ids import FloatArray
    from engine.store import RunDetails

EXAMPLES = 12  # of the items that share a prefix


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
        self._split = LeaveOneOut(dataset.sequences)

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
    def of_run(
        cls, run: "RunDetails", home: Home, library: "Library", dataset: Dataset | None = None
    ) -> "RunInspector":
        """Load a recorded run, and its dataset where it is not given.

        Raises DataError as `open` does, and when its dataset is gone or another by now.
        """
        dataset = library.load(run.dataset) if dataset is None else dataset
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
    def halves(self) -> tuple[str, ...]:
        """What the model's score is made of: some of "hid", "sid" and "text"; empty for popularity."""
        return self._model.halves

    @property
    def has_unique_level(self) -> bool:
        """Whether the last level of the semantic IDs only tells apart items with the same codes."""
        return self._ids is not None and self._ids.has_unique_level

    # Items

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
        """Items whose title or identifier holds every word of `text`, the most popular first; all for an empty text.

        An item with exactly this identifier comes before all others.
        """
        exact = self.dataset.items.index.get(text.strip())
        found = [] if exact is None else [exact]
        words = text.casefold().split()
        for row, searched in self._search_texts:
            if len(found) >= limit:
                break
            if row != exact and all(word in searched for word in words):
                found.append(row)
        return [self.item(row) for row in found]

    @cached_property
    def _search_texts(self) -> list[tuple[int, str]]:
        """(item, what is searched) for every item, the most popular first."""
        items = self.dataset.items
        order = 1 + np.argsort(-self._popularity.counts[1:], kind="stable")
        return [(int(row), f"{items.titles[row]}\n{items.ids[row]}".casefold()) for row in order]

    @property
    def kinds_of_nearness(self) -> list[Nearness]:
        """What neighbours can be told by."""
        return self._neighbourhood.kinds

    def use_text(self, vectors: "FloatArray") -> None:
        """Let neighbours be told by text: `vectors` (items, width), as `engine.semantics.item_vectors` gives them."""
        self._neighbourhood.add_text(vectors)

    def nearest(self, index: int, by: Nearness, k: int = 10) -> list[Neighbour]:
        """The `k` nearest items, and what they have in common. Raises DataError where the model has no such vectors."""
        if by not in self.kinds_of_nearness:
            raise DataError(f"The model of this run has no {by.upper()} vectors.")
        return self._neighbourhood.nearest(index, by, k)

    @cached_property
    def _neighbourhood(self) -> Neighbourhood:
        halves = self._model.halves
        parts = self._vectors.split(self._vectors.shape[1] // max(1, len(halves)), dim=1)
        by_name = dict(zip(halves, parts, strict=False))
        ids: tuple[Nearness, ...] = ("hid", "sid")
        vectors = {name: by_name[name] for name in ids if name in by_name}
        if len(halves) > len(vectors) or len(halves) == 2:
            vectors["both"] = self._vectors
        for module in self._model.modules():
            if isinstance(module, TextEmbedding):
                vectors["text"] = module.vectors[:-1]
        codes = None if self._ids is None else self._ids.codes
        return Neighbourhood(self.dataset, self._split.training, codes, vectors, self.item)

    def path(self, index: int) -> list[PathStep]:
        """The item's semantic ID level by level; empty where the model has none."""
        if self._ids is None:
            return []
        codes, steps = self._ids.codes, []
        sharing = np.arange(len(codes))
        for level, code in enumerate(codes[index - 1].tolist(), start=1):
            sharing = sharing[codes[sharing, level - 1] == code]
            others = 1 + sharing[sharing != index - 1]
            popular = others[np.argsort(-self._popularity.counts[others], kind="stable")][:EXAMPLES]
            steps.append(PathStep(level, code, len(sharing), tuple(self.item(int(row)) for row in popular)))
        return steps

    # Users

    def search_users(self, text: str, limit: int = 50) -> list[str]:
        """Users whose identifier holds `text`, an exact match first."""
        wanted = text.strip().casefold()
        found = [user for user in self.dataset.user_ids if wanted in user.casefold()]
        return sorted(found, key=lambda user: user.casefold() != wanted)[:limit]

    def history(self, user_id: str) -> list[int]:
        """The items of a user, oldest first, without the held-out one. Raises DataError when there is no such user."""
        return self._parted(user_id)[0].tolist()

    @torch.inference_mode()
    def recommend(self, user_id: str, k: int = 10, history: Sequence[int] | None = None) -> UserView:
        """The top `k` after everything but the held-out test item, as in full ranking; or after another `history`.

        Raises DataError when there is no such user, or nothing in the history.
        """
        own, held_out = self._parted(user_id)
        items = own if history is None else np.array(history, dtype=np.int32)
        if not len(items):
            raise DataError("There is nothing in the history. The model needs one item at least.")
        state, gate = self._read(items)
        scores = self._vectors @ state
        scores[0] = -torch.inf
        if self.config.evaluation.remove_seen:
            scores[torch.from_numpy(items.astype(np.int64))] = -torch.inf
        candidates = int(torch.isfinite(scores).sum())
        best = torch.topk(scores, min(k, candidates)).indices
        found = contributions(self._model, state, best)
        return UserView(
            user_id=user_id,
            history=[self.item(int(item)) for item in items],
            held_out=None if held_out is None else self.item(held_out),
            held_out_rank=None if held_out is None else _rank(scores, held_out),
            candidates=candidates,
            recommendations=[
                Recommendation(
                    rank=place + 1,
                    item=self.item(item),
                    score=float(found.scores[place]),
                    **{
                        name: float(found.halves[name][place]) if name in found.halves else None
                        for name in ("hid", "sid", "text")
                    },
                    is_held_out=item == held_out,
                    levels=None if found.levels is None else tuple(found.levels[place].tolist()),
                )
                for place, item in enumerate(best.tolist())
            ],
            gate=gate,
            times=self._times(user_id, len(own)) if np.array_equal(items, own) else None,
        )

    def lists_of_all(self, k: int, tick: Tick) -> Iterator[Lists]:
        """The top `k` of every user, block by block; `tick(done, total)` counts users and may raise to stop."""
        settings = self.config
        remove_seen, longest = settings.evaluation.remove_seen, settings.data.max_length
        return lists_of_all(self._model, self._vectors, self._split.before_test, longest, remove_seen, k, tick)

    def recipients(self, index: int, lists: Sequence[Lists]) -> list[Recipient]:
        """Whose list among `lists` holds item `index`, the highest places first."""
        users = np.concatenate([each.users for each in lists])
        rows, places = np.nonzero(np.concatenate([each.items for each in lists]) == index)
        order = np.argsort(places, kind="stable")
        return [Recipient(str(self.dataset.user_ids[users[rows[row]]]), int(places[row]) + 1) for row in order]

    def _parted(self, user_id: str) -> tuple[npt.NDArray[np.int32], int | None]:
        """A user's history, and the held-out item where there is one."""
        row = self.dataset.user_index.get(user_id)
        if row is None:
            raise DataError(
                f"There is no user “{user_id}” in “{self.dataset.name}”. There are {len(self.dataset.user_ids):,} users, "
                f"among them {', '.join(self.dataset.user_ids[:5])}."
            )
        sequence = self.dataset.sequences[row]
        return (sequence, None) if len(sequence) < MIN_LENGTH else (sequence[:-1], int(sequence[-1]))

    def _times(self, user_id: str, length: int) -> tuple[int, ...] | None:
        if self.dataset.timestamps is None:
            return None
        start = self.dataset.sequences.offsets[self.dataset.user_index[user_id]]
        return tuple(self.dataset.timestamps[start : start + length].tolist())

    def _read(self, history: npt.NDArray[np.int32]) -> tuple[Tensor, tuple[tuple[float, ...] | None, ...] | None]:
        """(width,) the state after a history, and the gate's weights at each of its places."""
        alone = Sequences(np.array([0, len(history)]), history)
        items, lengths = (torch.from_numpy(each) for each in padded(alone, np.array([0]), self.config.data.max_length))
        state = self._model.last_states(items, lengths)[0]
        gate = self._model(items).gate
        if gate is None:
            return state, None
        unseen = len(history) - items.shape[1]
        return state, (*[None] * unseen, *(tuple(weights) for weights in gate[0].tolist()))


def _rank(scores: Tensor, item: int) -> float:
    if not torch.isfinite(scores[item]):
        return float("inf")
    others = scores.clone()
    others[item] = -torch.inf
    return float(fair_ranks(scores[item : item + 1], others[None])[0])
