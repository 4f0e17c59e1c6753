"""Work beside the window: run a function on another thread, get its result on the window's thread."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QThreadPool, Signal

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class Task(QObject):
    """A function that is running or waiting to run; `cancel` drops its result."""

    _returned = Signal(object)
    _raised = Signal(object)

    def __init__(
        self,
        function: Callable[[], Any],
        on_result: Callable[[Any], None] | None,
        on_error: Callable[[Exception], None] | None,
        receiver: QObject | None,
    ) -> None:
        super().__init__()
        self._function = function
        self._on_result, self._on_error = on_result, on_error
        self._receiver = receiver
        self._has_receiver = receiver is not None
        self._returned.connect(self._deliver_result, Qt.ConnectionType.QueuedConnection)
        self._raised.connect(self._deliver_error, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Forget the task: its function may run to its end, its result goes nowhere."""
        self._on_result = self._on_error = None

    def run(self) -> None:
        """Called on the other thread."""
        try:
            result = self._function()
        except Exception as error:  # whatever it is, the person must hear of it
            self._raised.emit(error)
        else:
            self._returned.emit(result)

    def _wanted(self) -> bool:
        return not self._has_receiver or shiboken6.isValid(self._receiver)

    def _deliver_result(self, result: Any) -> None:
        _tasks.discard(self)
        if self._on_result is not None and self._wanted():
            self._on_result(result)

    def _deliver_error(self, error: Exception) -> None:
        _tasks.discard(self)
        if self._on_error is not None and self._wanted():
            self._on_error(error)
        else:
            _log.error("A background task failed and nobody was waiting for it.", exc_info=error)


_pool: QThreadPool | None = None
_tasks: set[Task] = set()  # keeps them alive until their result is delivered


def run_in_background(
    function: Callable[[], Result],
    on_result: Callable[[Result], None] | None = None,
    on_error: Callable[[Exception], None] | None = None,
    parent: QObject | None = None,
) -> Task:
    """Run `function` on another thread and hand its result, or its exception, over on the window's thread.

    Nothing is delivered once `parent` is deleted. The function must not touch widgets.
    """
    global _pool
    if _pool is None:
        _pool = QThreadPool()
        _pool.setMaxThreadCount(3)
        _pool.setExpiryTimeout(1000)
    task = Task(function, on_result, on_error, parent)
    _tasks.add(task)
    _pool.start(task.run)
    return task


def is_busy() -> bool:
    """Whether a task is running or its result not yet delivered."""
    return bool(_tasks)


def finish_background(seconds: float = 10.0) -> bool:
    """Wait until every task has ended and been delivered; False when some went on for longer than that."""
    ended = _pool is None or _pool.waitForDone(round(seconds * 1000))
    while ended and _tasks:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return ended
