"""What is wrong with a query."""

from engine.errors import WorkbenchError


class QueryError(WorkbenchError):
    """A query that cannot be understood; the text says what is wrong, where, and what is allowed there.

    `position` counts the characters before the fault, from 0.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"Character {position + 1}: {message}")
        self.position = position
