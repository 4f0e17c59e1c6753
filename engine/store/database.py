"""The SQLite file: opening, migrating, and short transactions for reading and writing."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.store.errors import StoreError
from engine.store.process import is_alive
from engine.store.schema import HEAD

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
BUSY_MILLISECONDS = 5000


class Database:
    """One SQLite file in WAL mode: any number of threads may read while one writes.

    Raises StoreError, leaving the file as it is, when it is no database of this program or a newer one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._closed = False
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)), json_serializer=_to_json, json_deserializer=json.loads
        )
        # A writer takes its lock at once: a transaction that begins reading and then finds another writer
        # ahead would fail without waiting.
        self._reader = self._engine.execution_options(begin="BEGIN DEFERRED")
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        try:
            with self._speaking():
                self._open()
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database. Raises StoreError when the file cannot be read."""
        with self._speaking(), Session(self._reader) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at its end, or undone as a whole. Raises StoreError when that fails."""
        with self._speaking(), Session(self._writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of the file. Whoever asks for something later gets a StoreError."""
        self._closed = True
        self._engine.dispose()

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        if self._closed:
            raise StoreError(f"The database {self.path} is closed.")
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig)
            if "not a database" in reason or "malformed" in reason:
                kind = "it is damaged" if "malformed" in reason else "it is not a database"
                reason = f"{kind}. Move it away, or choose another home folder with --home"
            elif "locked" in reason:
                reason = "another program keeps it locked. Close that program and try again"
            raise StoreError(f"The database {self.path} cannot be used: {reason}.") from error

    def _open(self) -> None:
        with self._reader.begin() as connection:
            version = self._version(connection)
        with contextlib.closing(self._engine.raw_connection()) as plain:  # the mode cannot change in a transaction
            plain.cursor().execute("PRAGMA journal_mode = WAL")
        if version != HEAD:
            with self._writer.begin() as connection:
                # Another process may have migrated while this one waited for the lock.
                version = self._version(connection)
                if version is not None and version != HEAD:
                    self._refuse_while_a_run_goes(connection)
                if version != HEAD:
                    _upgrade(connection)

    def _version(self, connection: Connection) -> str | None:
        """The newest migration that the file has had; None for a new file. Raises StoreError if it is not ours."""
        tables = set(inspect(connection).get_table_names())
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StoreError(
                f"The database {self.path} belongs to another program. Choose another home folder with --home."
            )
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if version is None or version > HEAD:
            raise StoreError(
                f"The database {self.path} was made by a newer version of the workbench (schema {version}; this one "
                f"knows {HEAD}). Update the workbench, or choose another home folder with --home."
            )
        return str(version)

    def _refuse_while_a_run_goes(self, connection: Connection) -> None:
        """The older program that computes it goes on writing where the newer one no longer looks."""
        running = connection.execute(text("SELECT id, process, process_started FROM runs WHERE status = 'running'"))
        going = [str(run) for run, process, started in running if is_alive(process, started)]
        if going:
            raise StoreError(
                f"The database {self.path} is of an older version of the workbench, which still computes run "
                f"{', '.join(going)}. Wait until it has ended, or stop it, and try again."
            )


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _on_connect(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin late and leave schema changes out; `_on_begin` begins them instead.
    connection.isolation_level = None
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("holds", 2, _holds, deterministic=True)
    for pragma in (f"busy_timeout = {BUSY_MILLISECONDS}", "foreign_keys = ON", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])


def _fold(value: str | None) -> str | None:
    """Letters without case in every script; SQLite's own LIKE knows only A to Z."""
    return value and value.casefold()


def _holds(value: str, words: str) -> bool:
    """Whether a text holds every one of the words, which are folded."""
    folded = value.casefold()
    return all(word in folded for word in words.split())


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Mappings and NumPy values as JSON knows them."""
    return dict(value) if isinstance(value, Mapping) else value.tolist()
