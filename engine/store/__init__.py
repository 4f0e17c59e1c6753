"""What the workbench remembers, in one SQLite file: datasets, runs, curves, logs and the queue.

The only place that knows SQL. Every call is one short transaction, so one store may serve several threads.
"""

from engine.store.datasets import DatasetRepository
from engine.store.errors import StoreError
from engine.store.queue import Planned, QueueRepository
from engine.store.reader import RunReader
from engine.store.recorder import RunRecorder
from engine.store.rows import Curve, DatasetRow, LogLine, QueuedRun, RunDetails, RunRow
from engine.store.run_table import Listing, RunTable, TableRow
from engine.store.runs import RunRepository
from engine.store.store import Store

__all__ = [
    "Curve",
    "DatasetRepository",
    "DatasetRow",
    "Listing",
    "LogLine",
    "Planned",
    "QueueRepository",
    "QueuedRun",
    "RunDetails",
    "RunReader",
    "RunRecorder",
    "RunRepository",
    "RunRow",
    "RunTable",
    "Store",
    "StoreError",
    "TableRow",
]
