"""Which process computes a run, and whether it still lives."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import psutil

# The start time comes from the clock at boot, which may be corrected by a little while the process lives.
_CLOCK_SECONDS = 2.0
# Another machine's process cannot be looked at. It writes every second; its clock may be off by a little.
SILENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Worker:
    """A process that computes a run: its number, when it `started` in seconds, on which `host` (None: this one), and
    its last sign of life."""

    process: int
    started: float
    host: str | None = None
    heartbeat: datetime | None = None

    @property
    def is_here(self) -> bool:
        return self.host in (None, own_host())

    @property
    def is_own(self) -> bool:
        """Whether it is the process that asks."""
        return self.is_here and self.process == os.getpid() and is_alive(self.process, self.started)

    @property
    def lives(self) -> bool:
        """Whether it is still there; one on another host, whether it has said so lately."""
        if self.is_here:
            return is_alive(self.process, self.started)
        return self.heartbeat is not None and datetime.now(UTC) - self.heartbeat < SILENCE


def own_identity() -> tuple[int, float]:
    """(process id, start time in seconds); the time tells two processes of the same id apart."""
    return os.getpid(), psutil.Process().create_time()


@cache
def own_host() -> str:
    """The name of this machine."""
    return platform.node()


def is_alive(identifier: int, started: float) -> bool:
    """Whether the process of that identity is still there."""
    try:
        process = psutil.Process(identifier)
        return abs(process.create_time() - started) < _CLOCK_SECONDS and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
