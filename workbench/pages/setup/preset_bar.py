"""Where settings come from and go to: presets of the workbench and of the person, past runs, and files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QInputDialog, QMenu, QPushButton, QWidget

from engine.config import ExperimentConfig
from engine.errors import WorkbenchError
from engine.presets import OwnPresets
from engine.settings import Preset, parse, presets
from engine.settings_file import read_experiment, write_experiment
from workbench.context import Workbench
from workbench.icons import icon
from workbench.theme import SPACE_2, SPACE_4, Role
from workbench.widgets.dialogs import ask, show_error
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import BUTTON_ICON, button, label

_OTHER = ":other"  # settings that are no preset; no file name begins like this
_FILES = "Settings (*.toml)"
_LATEST_RUNS = 12


@dataclass(frozen=True)
class Start:
    """Settings to begin with, and what they are called; `dataset` is "" where the chosen one shall stay."""

    config: ExperimentConfig
    title: str
    about: str
    dataset: str = ""


class PresetBar(QWidget):
    """`chosen` brings settings to begin with; the page shows what has been changed since by `show_changes`."""

    chosen = Signal(object)

    def __init__(
        self, workbench: Workbench, current: Callable[[], ExperimentConfig | None], parent: QWidget | None = None
    ) -> None:
        """`current` gives the settings as they stand, None while one is wrong."""
        super().__init__(parent)
        self._workbench, self._current = workbench, current
        self._own = OwnPresets(workbench.home)
        self._presets: dict[str, Preset] = {}
        self._other: Start | None = None
        self._combo = QComboBox()
        self._combo.setObjectName("setup.preset")
        self._combo.setAccessibleName("Preset")
        self._combo.setMinimumWidth(180)
        self._combo.activated.connect(lambda: self.use(self._combo.currentData()))
        title = label("Preset", "label")
        title.setBuddy(self._combo)
        self._about = ElidedLabel()
        self._about.setProperty("kind", "muted")
        self._changes = label("", "muted")
        self._changes.setObjectName("setup.changes")
        self._undo = button("Undo changes", "setup.reset", kind="link")
        self._undo.clicked.connect(lambda: self.use(self._combo.currentData()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(title)
        row.addWidget(self._combo)
        self._more = self._menu_button()
        row.addWidget(self._more)
        row.addSpacing(SPACE_4 - SPACE_2)
        row.addWidget(self._about, 1)
        row.addWidget(self._changes)
        row.addWidget(self._undo)
        self.refresh()

    def tab_chain(self) -> list[QWidget]:
        """What takes the keyboard, from left to right."""
        return [self._combo, self._more, self._undo]

    def refresh(self) -> None:
        """Read the presets again; the chosen one stays chosen."""
        now = self._combo.currentData()
        own = self._own.read()
        built_in = presets()
        self._presets = {preset.name: preset for preset in [*built_in, *own.presets]}
        self._combo.clear()
        for preset in built_in:
            self._combo.addItem(preset.title, preset.name)
        if own.presets:
            self._combo.insertSeparator(self._combo.count())
        for preset in own.presets:
            self._combo.addItem(preset.title, preset.name)
        if self._other is not None:
            self._combo.addItem(self._other.title, _OTHER)
        self._combo.setCurrentIndex(max(0, self._combo.findData(now)))
        self._faults = own.faults

    def use(self, name: str) -> None:
        """Begin with a preset, or again with what is no preset."""
        if name == _OTHER and self._other is not None:
            self._begin(self._other, _OTHER)
        elif name in self._presets:
            preset = self._presets[name]
            about = preset.description or "Your own preset."
            self._begin(Start(preset.config, preset.title, about, preset.dataset), name)

    def use_first(self) -> None:
        """Begin with the first preset, which suits the sample dataset."""
        self.use(next(iter(self._presets)))

    def use_other(self, config: ExperimentConfig, title: str, about: str) -> None:
        """Begin with settings that are no preset: those of a past run, or of a file."""
        self._other = Start(config, title, about, config.data.dataset)
        self.refresh()
        self.use(_OTHER)

    def show_changes(self, titles: list[str]) -> None:
        """Say how many settings differ from what was begun with."""
        noun = "setting" if len(titles) == 1 else "settings"
        self._changes.setText(f"{len(titles)} {noun} changed")
        self._changes.setToolTip(", ".join(titles))
        self._changes.setVisible(bool(titles))
        self._undo.setVisible(bool(titles))

    def _begin(self, start: Start, name: str) -> None:
        self._combo.setCurrentIndex(self._combo.findData(name))
        self._about.setText(start.about)
        self.chosen.emit(start)

    # The menu

    def _menu_button(self) -> QPushButton:
        made = button("", "setup.preset.menu", kind="quiet")
        made.setIcon(icon("dots-three", Role.text))
        made.setIconSize(BUTTON_ICON)
        made.setAccessibleName("Presets, past runs and files")
        made.setToolTip("Save, rename and delete presets; start from a past run; import and export files")
        self.menu = QMenu(made)
        self.menu.aboutToShow.connect(self._fill_menu)
        made.setMenu(self.menu)
        return made

    def _fill_menu(self) -> None:
        self.menu.clear()
        is_right = self._current() is not None
        own = self._chosen_own()
        for text, act, possible in (
            ("&Save as preset…", self.save, is_right),
            ("&Rename preset…", self.rename, own is not None),
            ("&Delete preset…", self.delete, own is not None),
            ("", None, True),
            ("&Import TOML…", self.import_file, True),
            ("&Export TOML…", self.export_file, is_right),
            ("", None, True),
        ):
            if act is None:
                self.menu.addSeparator()
            else:
                self.menu.addAction(text, act).setEnabled(possible)
        past = self.menu.addMenu("Start from a &past run")
        for run in self._workbench.store.runs.list(limit=_LATEST_RUNS):
            text = f"{run.id}: {run.name} ({run.dataset})".replace("&", "&&")
            past.addAction(text, partial(self.use_run, run.id))
        past.setEnabled(not past.isEmpty())
        if self._faults:
            self.menu.addSeparator()
            self.menu.addAction("Presets that cannot be used…", self._show_faults)

    def _chosen_own(self) -> Preset | None:
        chosen = self._presets.get(self._combo.currentData() or "")
        return next(
            (each for each in self._own.read().presets if chosen is not None and each.name == chosen.name), None
        )

    def save(self) -> None:
        """Keep the present settings as a preset under a name that the person gives."""
        config = self._current()
        if config is None:
            return
        own = self._chosen_own()
        title, agreed = QInputDialog.getText(self, "Save as preset", "Name:", text=own.title if own else "")
        if not agreed:
            return
        replace = self._own.has(title) and ask(
            self, f"Replace the preset “{title.strip()}”?", "Its settings are lost.", "Replace"
        )
        if self._own.has(title) and not replace:
            return
        self._do("The preset could not be saved.", lambda: self._keep(self._own.save(title, config, replace)))

    def rename(self) -> None:
        """Give the chosen preset of the person another name."""
        own = self._chosen_own()
        if own is None:
            return
        title, agreed = QInputDialog.getText(self, "Rename preset", "Name:", text=own.title)
        if agreed and title != own.title:
            self._do("The preset could not be renamed.", lambda: self._keep(self._own.rename(own, title)))

    def delete(self) -> None:
        """Forget the chosen preset of the person; the settings stay in the form."""
        own = self._chosen_own()
        if own is None or not ask(self, f"Delete the preset “{own.title}”?", "It cannot be brought back.", "Delete"):
            return
        self._own.delete(own)
        self._other = Start(own.config, f"{own.title} (deleted)", "A preset that was deleted.", own.dataset)
        self.refresh()
        self._combo.setCurrentIndex(self._combo.findData(_OTHER))
        self._about.setText(self._other.about)

    def import_file(self) -> None:
        """Begin with the settings of a file that the person chooses."""
        name, _ = QFileDialog.getOpenFileName(self, "Import settings", "", _FILES)
        if name:
            self._do("The settings could not be imported.", lambda: self._use_file(Path(name)))

    def export_file(self) -> None:
        """Write the present settings to a file that `python -m engine run` takes."""
        config = self._current()
        if config is None:
            return
        name, _ = QFileDialog.getSaveFileName(self, "Export settings", "experiment.toml", _FILES)
        path = Path(name)
        if name and not path.suffix:
            path = path.with_suffix(".toml")
            if path.exists() and not ask(self, f"Replace {path.name}?", "Its settings are lost.", "Replace"):
                return
        if name:
            self._do("The settings could not be exported.", lambda: write_experiment(config, path))

    def use_run(self, run: int) -> None:
        """Begin with the settings of a past run."""

        def begin() -> None:
            config: ExperimentConfig = parse(self._workbench.store.runs.get(run).config)
            self.use_other(config, f"Run {run}", "Settings copied from a past run.")

        self._do(f"The settings of run {run} cannot be taken over.", begin)

    def _use_file(self, path: Path) -> None:
        self.use_other(read_experiment(path), path.name, f"Settings imported from {path}.")

    def _keep(self, preset: Preset) -> None:
        self.refresh()
        self.use(preset.name)

    def _do(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            show_error(self, what, str(error))

    def _show_faults(self) -> None:
        show_error(self, "Some presets cannot be used.", "\n".join(self._faults))
