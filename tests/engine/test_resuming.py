"""A run that was interrupted and resumed is the one that was not, bit for bit: metrics, curves and weights."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from engine.artefacts import MODEL, STATE, plain_values
from engine.config import ExperimentConfig
from engine.continuation import resume, train_further, trained
from engine.control import RunControl
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.errors import DataError, SettingsError, WorkbenchError
from engine.events import Event, Finished, GateWeights, Loss, Metrics, Note, SavePoint, Stage, StageStarted
from engine.experiment import run_experiment, run_recorded
from engine.home import Home
from engine.settings import override, parse
from engine.store import RunRecorder, Store
from engine.training import keeping
from engine.training.state import load_state

ITEMS, USERS = 30, 30
SMALL = [
    "data.dataset=things", "model.dim=8", "model.cross_heads=2", "semantic_ids.depth=2", "semantic_ids.codebook_size=4",
    "data.max_length=6", "semantic_ids.steps=12", "semantic_ids.latent_dim=4", "training.epochs=3",
    "training.batch_size=6", "training.threads=1", "evaluation.negatives=10", "training.softmax_sample=16",
]  # fmt: skip
KINDS = {
    "h2rec": (),
    "h2rec with a refit": ("training.refit=true", "training.learning_rate=0.02"),
    "h2rec that sees both sides": ("model.backbone=bert4rec", "model.mask_share=0.4"),
    "hash IDs, row by row": ("model.kind=hid", "training.weight_decay=0.01"),
    "hash IDs, one by one": ("model.kind=hid", "training.loss=gbce", "model.backbone=gru4rec"),
    "semantic IDs": ("model.kind=sid", "training.averaging=0"),
    "both, joined": ("model.kind=hid_sid_concat", "training.loss=cross_entropy"),
    "LLM-ESR": ("model.kind=llm_esr",),
}
OF_THE_CLOCK = ("training/positions_per_second", "training/memory", "training/seconds")


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did."""


def things() -> Dataset:
    chance = np.random.default_rng(0)
    rows = np.stack([chance.permutation(ITEMS)[:8] + 1 for _ in range(USERS)])
    ids, texts = ["", *(f"i{item}" for item in range(ITEMS))], ["", *["a thing"] * ITEMS]
    return Dataset(
        name="things",
        user_ids=np.array([f"u{user}" for user in range(USERS)], dtype=object),
        sequences=Sequences(np.arange(0, USERS * 8 + 1, 8), rows.ravel().astype(np.int32)),
        items=Catalogue(*(np.array(values, dtype=object) for values in (ids, texts, texts))),
        facts={"fingerprint": "f"},
    )


class Countdown:
    """Says yes to the event number `place` since a stage began."""

    def __init__(self, since: Stage, place: int) -> None:
        self._since, self._left, self._counts = since, place, False

    def __call__(self, event: Event) -> bool:
        self._counts = self._counts or (isinstance(event, StageStarted) and event.stage is self._since)
        self._left -= self._counts
        return self._left == 0 and self._counts


class Lab:
    """A home folder with one dataset, in which runs are computed, stopped, killed and resumed."""

    def __init__(self, folder: Path) -> None:
        vectors = np.random.default_rng(1).normal(size=(ITEMS, 6))
        table = pd.DataFrame({"id": [f"i{item}" for item in range(ITEMS)], "v": vectors.tolist()})
        table.to_parquet(folder / "v.parquet")
        self.folder = folder
        self.home = Home.locate(folder / "home")
        self.store = Store(self.home.database)
        self.library: Any = SimpleNamespace(load=lambda _name: things())
        self.store.datasets.add("things", source="", fingerprint="f", users=USERS, items=ITEMS, interactions=8 * USERS)
        self._whole: dict[tuple[str, ...], tuple[int, list[Event]]] = {}

    def whole(self, *assignments: str) -> tuple[int, list[Event]]:
        """A run that was never interrupted, computed once, and all that it reported."""
        if assignments not in self._whole:
            heard: list[Event] = []
            self._whole[assignments] = self.start(*assignments, listen=heard.append), heard
        return self._whole[assignments]

    def config(self, *assignments: str) -> ExperimentConfig:
        vectors = ["text.encoder=vectors", f"text.source={self.folder / 'v.parquet'}"]
        return parse(override({}, [*SMALL, *vectors, *assignments]))

    def start(self, *assignments: str, listen: Callable[[Event], None] = lambda _event: None) -> int:
        config = self.config(*assignments)
        run = self.store.runs.create(config, "f")
        self.go(run, config, listen)
        return run

    def go(
        self, run: int, config: ExperimentConfig, listen: Callable[[Event], None], control: RunControl | None = None
    ) -> None:
        run_recorded(run, config, self.home, self.store, self.library, listen, control or RunControl())

    def stop_at(self, place: int, *assignments: str, since: Stage = Stage.TRAIN) -> int:
        """A run that is asked to stop when it reports its event number `place` of a stage."""
        config, control = self.config(*assignments), RunControl()
        count = Countdown(since, place)
        run = self.store.runs.create(config, "f")
        self.go(run, config, lambda event: control.stop() if count(event) else None, control)
        return run

    def kill_at(self, place: int, *assignments: str) -> int:
        """A run whose process is gone when it is about to report its event number `place` of the training and what
        comes after it; nothing held back is written."""
        config, count = self.config(*assignments), Countdown(Stage.TRAIN, place)
        run = self.store.runs.create(config, "f")
        recorder = RunRecorder(self.store, run)

        def listen(event: Event) -> None:
            if count(event):
                raise Killed
            recorder(event)

        with pytest.raises(Killed):
            run_experiment(config, things(), self.home, self.home.run_folder(run), listen, RunControl())
        self.store.runs.record(run, changes={"process_started": 1.0})  # of a process that is no more
        assert self.store.runs.mark_dead() == 1
        return run

    def resume(self, run: int) -> list[Event]:
        events: list[Event] = []
        self.go(run, resume(self.store, run), events.append)
        return events

    def curves(self, run: int) -> dict[str, list[Any]]:
        return {
            name: [curve.steps.tolist(), curve.epochs.tolist(), curve.values.tolist()]
            for name, curve in self.store.runs.curves(run).items()
            if name not in OF_THE_CLOCK
        }

    def same(self, run: int, other: int) -> None:
        """Fail unless two runs are equal to the last bit."""
        one, two = self.store.runs.get(run), self.store.runs.get(other)
        assert (one.status, two.status) == ("finished", "finished"), two.error
        assert one.test == two.test
        assert (one.best_epoch, one.epochs) == (two.best_epoch, two.epochs)
        assert self.curves(run) == self.curves(other)
        assert set(self.store.runs.curves(run)) == set(self.store.runs.curves(other))
        for name in (MODEL, STATE):
            first, second = (load_file(self.home.run_folder(each) / name) for each in (run, other))
            assert first.keys() == second.keys()
            assert [key for key in first if not torch.equal(first[key], second[key])] == []


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    made = Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.store.close()


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    """One that no other test looks into."""
    made = Lab(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state after every batch."""
    monkeypatch.setattr(keeping, "SECONDS_WITHIN_EPOCH", 0.0)
    monkeypatch.setattr(keeping, "SHARE", float("inf"))


@pytest.mark.usefixtures("keeps_all")
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_stopped_or_killed_ends_as_one_that_was_not(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "hash IDs, row by row":
        monkeypatch.setattr("engine.models.embeddings.ROW_BY_ROW_FROM", 1)
    whole, heard = lab.whole(*KINDS[kind])
    chance = random.Random(kind)
    events = len(since(Stage.TRAIN, heard))
    ways = (lab.stop_at, lab.kill_at)
    for interrupt in ways if kind.startswith("h2rec") else (chance.choice(ways),):
        run = interrupt(chance.randrange(2, events), *KINDS[kind])
        if lab.store.runs.get(run).status != "finished":  # asked when there was nothing left to stop
            lab.resume(run)
        lab.same(whole, run)


def since(stage: Stage, heard: list[Event]) -> list[Event]:
    """What was reported from the start of a stage on."""
    return heard[next(n for n, e in enumerate(heard) if isinstance(e, StageStarted) and e.stage is stage) :]


@pytest.mark.parametrize("what", ["refit", "evaluation", "validation", "semantic IDs", "the first batch"])
def test_a_run_may_be_stopped_anywhere(lab: Lab, what: str) -> None:
    settings = KINDS["h2rec with a refit"]
    whole, heard = lab.whole(*settings)
    # Between the last batch of an epoch and its validation comes the gate.
    gate = [n for n, e in enumerate(since(Stage.TRAIN, heard), start=1) if isinstance(e, GateWeights)][1]
    stage, place = {
        "refit": (Stage.REFIT, 5),
        "evaluation": (Stage.EVALUATE, 1),
        "validation": (Stage.TRAIN, gate),
        "semantic IDs": (Stage.SEMANTIC_IDS, 1),
        "the first batch": (Stage.TRAIN, 1),
    }[what]
    run = lab.stop_at(place, *settings, since=stage)
    assert lab.store.runs.get(run).status == "interrupted"
    lab.resume(run)
    lab.same(whole, run)
    again = lab.store.runs.get(run)
    assert (again.resumed, again.error) == (1, None)
    assert again.resumed_at is not None


def test_a_run_may_be_interrupted_many_times(lab: Lab) -> None:
    whole, _ = lab.whole()
    run = lab.stop_at(12)
    for _ in range(50):
        if lab.store.runs.get(run).status == "finished":
            break
        control, heard = RunControl(), list[Event]()

        def listen(event: Event, control: RunControl = control, heard: list[Event] = heard) -> None:
            heard.append(event)
            if sum(isinstance(each, Loss) for each in heard) == 3:
                control.stop()

        lab.go(run, resume(lab.store, run), listen, control)
    lab.same(whole, run)
    assert lab.store.runs.get(run).resumed > 2


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_the_best_checkpoint_is_that_of_the_state_whenever_the_kill_comes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, number: int, between: bool
) -> None:
    """A kill before a state is written, when better weights may be already, and one `between` the state and the move
    of the weights that belong to it."""
    settings = ("training.learning_rate=0.02", "model.kind=hid")
    whole, _ = lab.whole(*settings)
    saves: list[Path] = []
    write, move = keeping.save_state, keeping.Keeper.settle

    def save_state(state: Any, path: Path) -> None:
        saves.append(path)
        if len(saves) == number and not between:
            raise Killed
        write(state, path)

    def settle(keeper: keeping.Keeper, best: int | None) -> None:
        if len(saves) == number and between:
            raise Killed
        move(keeper, best)

    run = lab.store.runs.create(lab.config(*settings), "f")
    folder = lab.home.run_folder(run)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "SHARE", float("inf"))
        patch.setattr(keeping, "save_state", save_state)
        patch.setattr(keeping.Keeper, "settle", settle)
        with pytest.raises(Killed):
            run_experiment(lab.config(*settings), things(), lab.home, folder, RunRecorder(lab.store, run), RunControl())
    assert number > 1 or list(folder.glob("model.*.safetensors"))
    lab.store.runs.record(run, changes={"process_started": 1.0})
    lab.resume(run)
    lab.same(whole, run)
    assert not list(folder.glob("model.*.safetensors"))


def test_a_state_is_not_written_more_often_than_it_is_worth(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(keeping.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(keeping, "save_state", lambda _state, _path: now.__setitem__(0, now[0] + 2.0))
    keeper = keeping.Keeper(lab.folder / STATE, lab.folder / MODEL)
    assert keeper.is_due(within_epoch=False)
    assert not keeper.is_due(within_epoch=True)
    now[0] += keeping.SECONDS_WITHIN_EPOCH
    assert keeper.is_due(within_epoch=True)
    keeper.save(lambda: {"best_epoch": None})
    for seconds, due in ((1.0, False), (198.0, False), (1.5, True)):
        now[0] += seconds
        assert keeper.is_due(within_epoch=False) is due


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "of another run"])
def test_without_a_state_that_fits_a_run_starts_from_its_beginning_and_says_so(lab: Lab, damage: str) -> None:
    whole, _ = lab.whole()
    run = lab.stop_at(30)
    state = lab.home.run_folder(run) / STATE
    content = state.read_bytes()
    if damage == "missing":
        state.unlink()
    elif damage == "cut":
        state.write_bytes(content[:-100])
    elif damage == "changed":
        state.write_bytes(content[:-100] + bytes([content[-100] ^ 1]) + content[-99:])
    else:
        other, _ = lab.whole("model.kind=hid", "training.learning_rate=0.02")
        state.write_bytes((lab.home.run_folder(other) / STATE).read_bytes())
    events = lab.resume(run)
    assert any(isinstance(event, Note) and "starts from its beginning" in event.text for event in events)
    lab.same(whole, run)


@pytest.mark.parametrize(
    ("settings", "before", "more", "patience"),
    [
        (("model.backbone=bert4rec",), 2, 1, None),
        (("training.refit=true", "model.kind=hid"), 2, 1, None),
        (("model.kind=llm_esr", "training.learning_rate=0.05", "training.patience=1"), 20, 2, 9),
    ],
)
def test_training_further_is_training_for_that_long_from_the_start(
    lab: Lab, settings: tuple[str, ...], before: int, more: int, patience: int | None
) -> None:
    first = lab.start(*settings, f"training.epochs={before}")
    before = trained(lab.home, lab.store.runs.get(first)).epochs
    run, config = train_further(lab.home, lab.store, first, more, patience)
    heard: list[Event] = []
    lab.go(run, config, heard.append)
    longer = [*settings, f"training.epochs={before + more}", f"training.patience={config.training.patience}"]
    lab.same(lab.start(*longer), run)
    assert lab.store.runs.get(run).continued_from == first
    assert [e.epoch for e in heard if isinstance(e, Metrics) and e.split == "validation"] == [
        *range(before + 1, before + more + 1)
    ]


def test_what_cannot_be_trained_further_says_why(own_lab: Lab) -> None:
    lab = own_lab
    popular = lab.start("model.kind=popularity")
    with pytest.raises(DataError, match="nothing to train"):
        train_further(lab.home, lab.store, popular, 1)
    run = lab.start("model.kind=hid", "training.epochs=30", "training.patience=1", "training.learning_rate=0.1")
    so_far = trained(lab.home, lab.store.runs.get(run))
    assert so_far.without_better == 1
    assert so_far.next_patience == 2
    with pytest.raises(SettingsError, match="more than 1"):
        train_further(lab.home, lab.store, run, 5, 1)
    (lab.home.run_folder(run) / STATE).unlink()
    with pytest.raises(DataError, match="Run it again with more epochs"):
        train_further(lab.home, lab.store, run, 1)
    stopped = lab.stop_at(20)
    with pytest.raises(DataError, match="has not finished"):
        train_further(lab.home, lab.store, stopped, 1)
    assert lab.store.runs.count() == 3


def test_a_run_whose_data_are_gone_or_others_is_refused_and_stays_as_it_is(own_lab: Lab) -> None:
    lab = own_lab
    run = lab.stop_at(20)
    lab.store.datasets.add("things", source="", fingerprint="g", users=1, items=1, interactions=1)
    with pytest.raises(WorkbenchError, match="no longer the dataset"):
        resume(lab.store, run)
    lab.store.datasets.delete("things")
    with pytest.raises(DataError, match="Import it first"):
        resume(lab.store, run)
    assert lab.store.runs.get(run).status == "interrupted"


def test_popularity_is_resumed_too(lab: Lab) -> None:
    whole, run = lab.start("model.kind=popularity"), lab.stop_at(1, "model.kind=popularity")
    lab.resume(run)
    assert lab.store.runs.get(run).test == lab.store.runs.get(whole).test


def test_an_early_end_is_kept_by_a_resumed_run_and_undone_by_training_further(lab: Lab) -> None:
    settings = ("training.epochs=4", "training.refit=true", "model.kind=hid")
    control, config = RunControl(), lab.config(*settings)

    def listen(event: Event) -> None:
        if isinstance(event, Loss) and 1.5 < event.epoch < 2:
            control.end_training()
        if isinstance(event, StageStarted) and event.stage is Stage.EVALUATE:
            control.stop()

    run = lab.store.runs.create(config, "f")
    lab.go(run, config, listen, control)
    events = lab.resume(run)
    assert isinstance(events[-1], Finished)
    assert (events[-1].epochs, events[-1].seconds["refit"]) == (1, 0)
    further, config = train_further(lab.home, lab.store, run, 3)
    lab.go(further, config, lambda _event: None)
    lab.same(lab.start(*settings), further)


def test_seconds_add_up_and_a_state_tells_what_it_holds(lab: Lab) -> None:
    run = lab.stop_at(30)
    before = lab.store.runs.get(run)
    state = plain_values(lab.home.run_folder(run) / STATE)
    assert state["seconds.train"] > 0
    events = lab.resume(run)
    after = lab.store.runs.get(run)
    assert isinstance(events[-1], Finished)
    assert events[-1].seconds["train"] > state["seconds.train"]
    assert (after.seconds or 0) > (before.seconds or 0)
    seconds = lab.store.runs.curves(run)["training/seconds"].values
    assert (np.diff(seconds) > 0).all()
    assert load_state(lab.home.run_folder(run) / STATE)["epoch"] == 4


def test_what_was_reported_is_written_down_before_the_state_is(lab: Lab, keeps_all: None) -> None:
    order: list[str] = []
    recorded, saved = lab.store.runs.record, keeping.save_state
    lab.store.runs.record = lambda *args, **kwargs: (order.append("points"), recorded(*args, **kwargs))[1]  # type: ignore
    try:
        keeping.save_state = lambda *args: (order.append("state"), saved(*args))[1]  # type: ignore
        lab.start(listen=lambda event: order.append("asked") if isinstance(event, SavePoint) else None)
    finally:
        keeping.save_state = saved
    places = [place for place, what in enumerate(order) if what == "state"]
    assert len(places) > 10
    assert all(order[place - 1] == "asked" for place in places)
