"""What all tests share: a home folder of their own, and no thread, timer or Qt warning left behind."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine.home import ENVIRONMENT_VARIABLE, Home

# Said by the offscreen platform itself, whatever the program does.
HARMLESS = tuple(
    f"This plugin does not support {what}" for what in ("propagateSizeHints()", "raise()", "grabbing the keyboard")
)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test forgets to say, it never touches the person's own home folder."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "home"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home folder."""
    return Home.locate(tmp_path / "home")


@pytest.fixture(scope="session")
def make_inspector() -> Callable[..., Any]:
    """Makes an inspector over a small catalogue and a model of random weights, from settings as "key=value"."""

    def make(*assignments: str, items: int = 40, users: int = 60, length: int = 9) -> Any:
        import numpy as np
        import torch

        from engine.data.dataset import Catalogue, Dataset, Sequences
        from engine.data.popularity import Popularity
        from engine.data.split import LeaveOneOut
        from engine.inspection import RunInspector
        from engine.models.build import Ingredients, build_model
        from engine.semantic_ids.semantic_ids import SemanticIds
        from engine.settings import override, parse

        small = ["model.dim=8", "model.cross_heads=2", "data.max_length=6", "semantic_ids.codebook_size=4"]
        config = parse(override({}, [*small, *assignments]))
        random = np.random.default_rng(0)
        rows = np.stack([random.permutation(items)[:length] + 1 for _ in range(users)])
        titles = ["", *(f"{'Red' if item % 2 else 'Blue'} thing {item}" for item in range(items))]
        texts = ["", *(f"{title}, of wood" for title in titles[1:])]
        ids = ["", *(f"i{item}" for item in range(items))]
        dataset = Dataset(
            "things",
            np.array([f"u{user}" for user in range(users)], dtype=object),
            Sequences(np.arange(0, users * length + 1, length), rows.ravel().astype(np.int32)),
            Catalogue(*(np.array(column, dtype=object) for column in (ids, titles, texts))),
        )
        codes = SemanticIds(random.integers(0, 3, (items, 3)), np.zeros((3, 4, 2), dtype=np.float32), 0.1)
        codes = codes.with_unique_level() if config.semantic_ids.unique_level else codes
        popularity = Popularity.by_settings(LeaveOneOut(dataset.sequences).training, items, config.data)
        vectors = random.normal(size=(items, 6)).astype(np.float32)
        torch.manual_seed(0)
        known = codes if config.uses_semantic_ids else None
        model = build_model(
            config, Ingredients(items, popularity.counts, None if known is None else known.codes, None, vectors)
        )
        with torch.no_grad():
            for weights in model.parameters():
                weights.mul_(10 if weights.std() < 0.1 else 1)  # far from the start, so that every part shows
        return RunInspector(dataset, config, model, known, popularity)

    return make


@pytest.fixture(scope="session")
def qapp(qapp: Any) -> Any:
    """The application as it is really made: with its theme, font and icon."""
    from workbench.application import make_application

    return make_application()


@pytest.fixture
def find_leftovers() -> Callable[[], list[str]]:
    """What the check below would find now, told apart from what lived before the test."""
    before = set(threading.enumerate())
    return lambda: leftovers(before)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that uses Qt and leaves a thread, task or timer, or makes Qt print a warning."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    warnings: list[str] = []

    def collect(kind: QtMsgType, context: Any, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and text not in HARMLESS:
            warnings.append(text)

    threads = set(threading.enumerate())
    previous = qInstallMessageHandler(collect)
    try:
        yield
        left = leftovers(threads)
    finally:
        qInstallMessageHandler(previous)
        reset_choices()
    assert not warnings, f"Qt warned: {warnings}"
    assert not left, f"Left behind: {left}"


def leftovers(threads_before: set[threading.Thread]) -> list[str]:
    """Threads, tasks and timers that still live after everything was given the chance to end."""
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool, QTimer

    from workbench.background import finish_background

    left = [] if finish_background(10) else ["a background task"]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()
    if not QThreadPool.globalInstance().waitForDone(2000):
        left.append("a task of the global thread pool")
    for thing in gc.get_objects():
        kind = type(thing)  # asking the thing itself for its class makes some libraries warn
        if issubclass(kind, QThread) and shiboken6.isValid(thing) and thing.isRunning():
            left.append(f"QThread {thing.objectName()}")
        elif issubclass(kind, QTimer) and shiboken6.isValid(thing) and thing.isActive():
            left.append(f"QTimer of {thing.parent()}")
    new = set(threading.enumerate()) - threads_before
    # Dummies are threads of Qt's pools, which Python has seen once.
    return left + [f"thread {thread.name}" for thread in new if not isinstance(thread, threading._DummyThread)]


def reset_choices() -> None:
    """Undo what preferences change for the whole program."""
    if "workbench.theme" in sys.modules:
        from workbench.theme import theme
        from workbench.widgets.numbers import use_metric_format

        theme().use("system")
        use_metric_format("percent")
