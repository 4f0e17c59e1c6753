"""What the workbench remembers of the person's choices, in one ini file in the home folder."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal

from workbench.theme import ThemeSetting, theme
from workbench.widgets.numbers import MetricFormat, use_metric_format


class Preferences(QObject):
    """Choices and remembered states; `changed` when a choice that others show became another."""

    changed = Signal()

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)
        theme().use(self.theme)
        use_metric_format(self.metric_format)

    @property
    def theme(self) -> ThemeSetting:
        value = self._settings.value("look/theme", "system")
        return "light" if value == "light" else "dark" if value == "dark" else "system"

    @theme.setter
    def theme(self, value: ThemeSetting) -> None:
        self._settings.setValue("look/theme", value)
        theme().use(value)
        self.changed.emit()

    @property
    def metric_format(self) -> MetricFormat:
        value = self._settings.value("numbers/metrics", "percent")
        return "decimal" if value == "decimal" else "percent"

    @metric_format.setter
    def metric_format(self, value: MetricFormat) -> None:
        self._settings.setValue("numbers/metrics", value)
        use_metric_format(value)
        self.changed.emit()

    @property
    def starts_queue(self) -> bool:
        """Whether a queue that is found when the program starts goes on by itself."""
        return bool(self._settings.value("queue/starts", False, type=bool))

    @starts_queue.setter
    def starts_queue(self, value: bool) -> None:
        self._settings.setValue("queue/starts", value)

    @property
    def notifies(self) -> bool:
        """Whether the desktop is told of the end of a run."""
        return bool(self._settings.value("runs/notify", True, type=bool))

    @notifies.setter
    def notifies(self, value: bool) -> None:
        self._settings.setValue("runs/notify", value)

    def recall(self, key: str, default: Any = None) -> Any:
        """A remembered state, such as a splitter's; `default` when there is none."""
        return self._settings.value(f"state/{key}", default)

    def remember(self, key: str, value: Any) -> None:
        """Keep a state for the next start: text, numbers or QByteArray."""
        self._settings.setValue(f"state/{key}", value)

    def save(self) -> None:
        """Write everything to the file now."""
        self._settings.sync()
