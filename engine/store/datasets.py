"""The datasets that the workbench knows."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from engine.settings import settings_key
from engine.store.database import Database
from engine.store.errors import StoreError
from engine.store.rows import DatasetRow
from engine.store.schema import DatasetRecord, QueueRecord, RunRecord

_COLUMNS = [getattr(DatasetRecord, field.name) for field in fields(DatasetRow)]


class DatasetRepository:
    """Reads and writes the list of datasets; their files are the caller's business."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        *,
        source: str,
        fingerprint: str,
        users: int,
        items: int,
        interactions: int,
        synthetic: bool = False,
        statistics: Mapping[str, Any] | None = None,
        preparation: Mapping[str, Any] | None = None,
        report: Mapping[str, Any] | None = None,
    ) -> DatasetRow:
        """List a dataset, in the place of an older one of the same name, whose notes it keeps."""
        values = {
            "synthetic": synthetic,
            "source": source,
            "fingerprint": fingerprint,
            "users": users,
            "items": items,
            "interactions": interactions,
            "statistics": dict(statistics or {}),
            "preparation": dict(preparation or {}),
            "report": dict(report or {}),
            "created_at": datetime.now(UTC),
        }
        with self._database.writing() as session:
            record = session.scalar(select(DatasetRecord).where(DatasetRecord.name == name))
            if record is None:
                record = DatasetRecord(name=name, notes="")
                session.add(record)
            for column, value in values.items():
                setattr(record, column, value)
            session.flush()
            return DatasetRow(**{field.name: getattr(record, field.name) for field in fields(DatasetRow)})

    def get(self, name: str) -> DatasetRow | None:
        with self._database.reading() as session:
            row = session.execute(select(*_COLUMNS).where(DatasetRecord.name == name)).one_or_none()
            return DatasetRow(*row) if row else None

    def rename(self, name: str, new_name: str) -> None:
        """Give a dataset another name, also in the runs on it, in their settings and in the queue; fingerprints stay.

        Raises StoreError, changing nothing, while a run on the dataset goes.
        """
        with self._database.writing() as session:
            runs = session.execute(
                select(RunRecord.id, RunRecord.status, RunRecord.config).where(RunRecord.dataset == name)
            ).all()
            going = [str(run.id) for run in runs if run.status == "running"]
            if going:
                raise StoreError(
                    f"“{name}” cannot be renamed while run {', '.join(going)} goes. Wait until it has ended."
                )
            session.execute(update(DatasetRecord).where(DatasetRecord.name == name).values(name=new_name))
            for run in runs:
                config = _on(run.config, new_name)
                changes = {"dataset": new_name, "config": config, "settings_key": settings_key(config)}
                session.execute(update(RunRecord).where(RunRecord.id == run.id).values(changes))
            for waiting in session.execute(select(QueueRecord.id, QueueRecord.config)).all():
                if waiting.config["data"]["dataset"] == name:
                    config = _on(waiting.config, new_name)
                    session.execute(update(QueueRecord).where(QueueRecord.id == waiting.id).values(config=config))

    def set_notes(self, name: str, notes: str) -> None:
        """Keep what the person notes on a dataset."""
        with self._database.writing() as session:
            session.execute(update(DatasetRecord).where(DatasetRecord.name == name).values(notes=notes))

    def delete(self, name: str) -> None:
        """Take a dataset off the list; one that is not there is no fault."""
        with self._database.writing() as session:
            session.execute(delete(DatasetRecord).where(DatasetRecord.name == name))

    def runs_using(self, name: str) -> list[int]:
        """The numbers of the runs on this dataset."""
        query = select(RunRecord.id).where(RunRecord.dataset == name, RunRecord.deleted_at.is_(None))
        with self._database.reading() as session:
            return [*session.scalars(query.order_by(RunRecord.id))]

    # Last, because from here on `list` means this method.
    def list(self) -> list[DatasetRow]:
        """All datasets by name."""
        with self._database.reading() as session:
            return [DatasetRow(*row) for row in session.execute(select(*_COLUMNS).order_by(DatasetRecord.name))]


def _on(config: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """The same settings on a dataset of this name."""
    return {**config, "data": {**config.get("data", {}), "dataset": dataset}}
