"""Ctrl-C and SIGTERM as a polite request to stop, and as an order when repeated."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_TWICE_SECONDS = 0.5  # `timeout` and some shells send the same signal twice, to the process and to its group


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that the first signal sets; a second one, later than half a second, raises KeyboardInterrupt."""
    stop = threading.Event()
    asked_at = 0.0

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_at
        if not stop.is_set():
            stop.set()
            asked_at = time.monotonic()
            # Not print: the signal may come while something is being printed.
            os.write(2, b"Stopping; what is finished is kept. Press Ctrl-C again to end at once.\n")
        elif time.monotonic() - asked_at > _TWICE_SECONDS:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
