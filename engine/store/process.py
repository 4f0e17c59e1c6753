"""Which process computes a run, and whether it still lives."""

import os

import psutil

# The start time comes from the clock at boot, which may be corrected by a little while the process lives.
_CLOCK_SECONDS = 2.0


def own_identity() -> tuple[int, float]:
    """(process id, start time in seconds); the time tells two processes of the same id apart."""
    return os.getpid(), psutil.Process().create_time()


def is_alive(identifier: int, started: float) -> bool:
    """Whether the process of that identity is still there."""
    try:
        process = psutil.Process(identifier)
        return abs(process.create_time() - started) < _CLOCK_SECONDS and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
