"""What the workbench remembers, in one SQLite file: datasets, runs, curves and logs.

The only place that knows SQL. Every call is one short transaction, so one store may serve several threads.
"""

from engine.store.datasets import DatasetRepository
from engine.store.errors import StoreError
from engine.store.recorder import RunRecorder
from engine.store.rows import Curve, DatasetRow, LogLine, RunDetails, RunRow
from engine.store.runs import RunRepository
from engine.store.store import Store

__all__ = [
    "Curve",
    "DatasetRepository",
    "DatasetRow",
    "LogLine",
    "RunDetails",
    "RunRecorder",
    "RunRepository",
    "RunRow",
    "Store",
    "StoreError",
]
