"""Questions where only the newest answer counts: search as you type, a selection that moves on."""

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject

from workbench.background import Task, run_in_background

Result = TypeVar("Result")


class Latest:
    """Asks in the background on behalf of `owner`; a newer question drops the answer to an older one."""

    def __init__(self, owner: QObject) -> None:
        self._owner = owner
        self._task: Task | None = None

    def ask(
        self,
        function: Callable[[], Result],
        on_result: Callable[[Result], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run `function` on another thread; one of the two others gets what came of it, on the window's thread."""
        self.drop()
        self._task = run_in_background(function, self._done(on_result), self._done(on_error), self._owner)

    @property
    def is_asking(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def drop(self) -> None:
        """Whatever was asked, nobody wants to know any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _done(self, deliver: Callable[[Any], None]) -> Callable[[Any], None]:
        def deliver_and_forget(answer: Any) -> None:
            self._task = None
            deliver(answer)

        return deliver_and_forget
