"""The start of the window: arguments, checks, log file, theme, and a dialog for what nobody expected."""

import argparse
import logging
import logging.handlers
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from engine import __version__
from engine.errors import SettingsError
from engine.home import ENVIRONMENT_VARIABLE, Home
from engine.memory import share_one_arena
from workbench.display import HEADLESS, obstacle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from workbench.main_window import MainWindow

NOT_UP, NO_WINDOW = 1, 2  # exit codes


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the workbench and return its exit code.

    2 when no window can be opened or the home folder not be used; 1 when it was to close by itself and had not come
    up by then.
    """
    options = _parser().parse_args(arguments)
    try:
        home = Home.locate(options.home)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return NO_WINDOW
    problem = obstacle()
    if problem is not None:
        print(problem, HEADLESS, sep="\n", file=sys.stderr)
        return NO_WINDOW
    return _open(home, options.close_after)


def make_application() -> "QApplication":
    """The application with its name, icon and theme, but no window yet."""
    from PySide6.QtWidgets import QApplication

    from workbench.icons import app_icon
    from workbench.theme import theme

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("H2Rec Workbench")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("h2rec-workbench")
    theme().apply(app)
    app.setWindowIcon(app_icon())
    return app


def _open(home: Home, close_after: float | None) -> int:
    from PySide6.QtCore import QTimer

    _keep_log(home)
    share_one_arena()
    app = make_application()

    from workbench.main_window import MainWindow
    from workbench.preferences import Preferences

    window = MainWindow(home, Preferences(home.root / "workbench.ini"))
    sys.excepthook = _report_crash
    window.show()
    if close_after is not None:
        QTimer.singleShot(round(close_after * 1000), lambda: _close_after_check(app, window))
    return app.exec()


def _close_after_check(app: "QApplication", window: "MainWindow") -> None:
    """Close the window; the program fails when it had not come up by then, with its home folder open."""
    is_up = window.isVisible() and window.workbench is not None
    window.close()
    if not is_up:
        print("The window did not come up in time.", file=sys.stderr)
        app.exit(NOT_UP)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="h2rec-workbench", description="Open the H2Rec Workbench.")
    parser.add_argument(
        "--home",
        metavar="FOLDER",
        help=f"where datasets, runs and settings are kept (else ${ENVIRONMENT_VARIABLE}, else the user's data folder)",
    )
    parser.add_argument("--version", action="version", version=f"H2Rec Workbench {__version__}")
    parser.add_argument(
        "--close-after",
        metavar="SECONDS",
        type=float,
        help="close the window by itself after so many seconds; for checks of an installation",
    )
    return parser


def _keep_log(home: Home) -> None:
    handler = logging.handlers.RotatingFileHandler(
        home.logs / "workbench.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


def _report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log an unforeseen error and show it; the window stays open."""
    if issubclass(kind, KeyboardInterrupt):
        sys.exit(130)
    details = "".join(traceback.format_exception(kind, error, trace))
    logging.getLogger(__name__).error("Unforeseen error\n%s", details)
    print(details, file=sys.stderr)

    from workbench.widgets.dialogs import show_crash

    show_crash(f"{kind.__name__}: {error}", details)
