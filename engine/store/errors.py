"""What can go wrong with the database."""

from engine.errors import WorkbenchError


class StoreError(WorkbenchError):
    """The database cannot be used, or does not hold what was asked for; the text says which and what to do."""
