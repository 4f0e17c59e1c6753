"""Ctrl-C and SIGTERM as a polite request to stop, and as an order when repeated."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_TWICE_SECONDS = 0.5  # `timeout` and some shells send the same signal twice, to the process and to its group


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let the first signal call `stop`; a second one, later than half a second, raises KeyboardInterrupt."""
    asked_at: float | None = None

    def handle(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked_at
        if asked_at is None:
            stop()
            asked_at = time.monotonic()
            # Not print: the signal may come while something is being printed.
            os.write(2, b"Stopping; what is finished is kept. Press Ctrl-C again to end at once.\n")
        elif time.monotonic() - asked_at > _TWICE_SECONDS:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
