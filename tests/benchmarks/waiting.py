"""Waiting for a window while it lives, for benchmarks."""

import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

LIMIT_SECONDS = 300


def wait(app: QApplication, until: Callable[[], bool]) -> None:
    """Let the window live until something is true. Raises TimeoutError when that takes too long."""
    end = time.perf_counter() + LIMIT_SECONDS
    while not until():
        if time.perf_counter() > end:
            raise TimeoutError("the window took too long")
        app.processEvents()
        time.sleep(0.0005)
