"""Pictures of every page of the real window over a home folder, light and dark, small and large.

    python tests/end_to_end/screenshots.py HOME FOLDER [PAGE ...]

HOME needs a finished run; FOLDER receives one PNG for each page, theme and size. Shows what a change looks like,
and made the pictures of the README.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from engine.home import Home
from workbench.application import make_application
from workbench.main_window import MainWindow
from workbench.pages.registry import MAIN_PAGES, OTHER_PAGES
from workbench.preferences import Preferences

SIZES = (QSize(1280, 800), QSize(1920, 1080))
SLOW = ("datasets", "compare", "inspector", "semantic_ids")
THEMES = ("light", "dark")
PATIENCE_SECONDS = 20.0
MOST_COMPARED = 6


def wait(app: QApplication, until: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Let the window live until something is true, or the time is up."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)


def main() -> None:
    home, folder = Home.locate(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    preferences = Preferences(home.root / "screenshots.ini")
    window = MainWindow(home, preferences)
    window.show()
    wait(app, lambda: window.workbench is not None)
    assert window.workbench is not None, "the home folder did not open"
    finished = [run for run in window.workbench.store.runs.list() if run.status == "finished"]
    runs = [run.id for run in finished if run.model == "h2rec"]
    assert runs, "the home folder has no finished H2Rec run"
    payloads: dict[str, object] = dict.fromkeys(("monitor", "runs", "inspector", "semantic_ids"), runs[0])
    dataset = next(run.dataset for run in finished if run.id == runs[0])
    payloads["compare"] = tuple(run.id for run in finished if run.dataset == dataset)[:MOST_COMPARED]
    pages = sys.argv[3:] or [entry.id for entry in (*MAIN_PAGES, *OTHER_PAGES)]
    for theme in THEMES:
        preferences.theme = theme
        for size in SIZES:
            window.resize(size)
            for page in pages:
                window.show_page(page, payloads.get(page))
                wait(app, lambda: False, seconds=4.0 if page in SLOW else 1.5)
                window.grab().save(str(folder / f"{page}-{theme}-{size.width()}.png"))
    window.close()
    wait(app, lambda: not window.isVisible())


if __name__ == "__main__":
    main()
