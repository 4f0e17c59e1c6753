"""What a run is computed on, in words that help to explain its time and its last digits."""

import os
import platform
from functools import cache
from pathlib import Path

_CPU_FACTS = Path("/proc/cpuinfo")


@cache
def machine() -> dict[str, str]:
    """System, processor, cores and memory of this machine; nothing that names it or its owner."""
    import psutil

    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": str(os.cpu_count() or "unknown"),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
    }


def _processor() -> str:
    try:
        lines = _CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor() or platform.machine()
