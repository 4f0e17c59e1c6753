"""The store: an open database and its repositories."""

from pathlib import Path

from engine.store.database import Database
from engine.store.datasets import DatasetRepository
from engine.store.queue import QueueRepository
from engine.store.run_table import RunTable
from engine.store.runs import RunRepository


class Store:
    """An open database. Raises StoreError when the file is newer than this program or not a database."""

    def __init__(self, database: Path) -> None:
        self._database = Database(database)
        self.datasets = DatasetRepository(self._database)
        self.runs = RunRepository(self._database)
        self.table = RunTable(self._database)
        self.queue = QueueRepository(self._database)

    def close(self) -> None:
        """Let go of the file; the store cannot be used afterwards."""
        self._database.close()
