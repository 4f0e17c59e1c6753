"""What the import dialog shows: files, name and format above, the steps in the middle, buttons and progress below."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.raw import Preview
from workbench.pages.datasets.wizard.columns_step import ColumnsStep
from workbench.pages.datasets.wizard.filter_step import FilterStep
from workbench.pages.datasets.wizard.recognised import recognised_words
from workbench.pages.datasets.wizard.text_step import TextStep
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, guard_wheel, label, set_kind

STEPS = ("&1  Columns", "&2  Text", "&3  Filters and result")


class ImportView(QWidget):
    """The widgets of the dialog; it decides nothing.

    `step_changed(place)`: another step is in view. `help_wanted`: on where to get data.
    """

    paths_chosen = Signal(list)
    format_chosen = Signal(str)
    step_changed = Signal(int)
    help_wanted = Signal()

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._formats: dict[str, tuple[str, str]] = {}
        self.paths = ElidedLabel("No files chosen", Qt.TextElideMode.ElideMiddle)
        self.paths.setObjectName("import.paths")
        self.recognised = ElidedLabel()
        self.recognised.setObjectName("import.recognised")
        self.recognised.setProperty("kind", "caption")
        self.recognised.hide()
        self.files_button = button("Ch&oose files…", "import.files", "file-plus")
        self.folder_button = button("C&hoose folder…", "import.folder", "folder-open")
        self.error = label("", "bad", wrap=True, selectable=True)
        self.error.setObjectName("import.error")
        self.error.hide()
        self.name = QLineEdit()
        self.name.setObjectName("import.name")
        self.name.setAccessibleName("Name of the dataset")
        self.name_error = label("", "error", wrap=True)
        self.name_error.setObjectName("import.name.error")
        self.name_error.hide()
        self.format_choice = QComboBox()
        self.format_choice.setObjectName("import.format")
        self.format_choice.setAccessibleName("Format")
        guard_wheel(self.format_choice)
        self.columns, self.text, self.filters = ColumnsStep(), TextStep(), FilterStep()
        self._first = (
            self.columns.form.choices["user"],
            self.text.template,
            self.filters.form.fields["k_core"].editor.input,
        )
        self.steps = QTabWidget()
        self.steps.setObjectName("import.steps")
        self.steps.tabBar().setAccessibleName("Steps")
        self.steps.tabBar().setDrawBase(False)
        for step, title in zip((self.columns, self.text, self.filters), STEPS, strict=True):
            self.steps.addTab(step, title)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress")
        self.progress.hide()
        self.words = label("", "muted", wrap=True)
        self.words.setObjectName("import.reason")
        self.cancel_button = button("Cancel", "import.cancel")
        self.back_button = button("&Back", "import.back")
        self.next_button = button("&Next", "import.next")
        self.import_button = button("&Import", "import.start")
        self.files_button.clicked.connect(self._choose_files)
        self.folder_button.clicked.connect(self._choose_folder)
        self.format_choice.activated.connect(lambda _place: self.format_chosen.emit(self.format))
        self.back_button.clicked.connect(lambda: self.go(-1))
        self.next_button.clicked.connect(lambda: self.go(1))
        self.steps.currentChanged.connect(lambda _place: self._show_way())
        self.steps.currentChanged.connect(self.step_changed)
        self._lay_out(dialog)
        self._show_way()

    @property
    def format(self) -> str:
        return str(self.format_choice.currentData())

    def set_formats(self, formats: Sequence[tuple[str, str, str]]) -> None:
        """Offer formats as (name, title, help)."""
        for name, title, words in formats:
            self.format_choice.addItem(title, name)
            self.format_choice.setItemData(self.format_choice.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
            self._formats[name] = (title, words)
        titles = "; ".join(title for title, _ in self._formats.values())
        self._drop.set_words("Drop files or a folder here", f"These are recognised: {titles}.")

    def go(self, steps: int) -> None:
        """On to the next step, or back, and to what is chosen there first."""
        self.steps.setCurrentIndex(self.steps.currentIndex() + steps)
        self._first[self.steps.currentIndex()].setFocus(Qt.FocusReason.TabFocusReason)

    def show_paths(self, paths: Sequence[Path]) -> None:
        self.paths.setText(", ".join(str(path) for path in paths))
        self._about.show()
        self.steps.setCurrentIndex(0)

    def show_no_preview(self) -> None:
        """Nothing is known of the files (yet): the rows of others must not stand there."""
        self._content.setCurrentWidget(self._waiting)
        self.recognised.hide()
        self._show_way()

    def show_preview(self, format: str, paths: Sequence[Path], preview: Preview) -> None:
        title, words = self._formats[format]
        self.format_choice.setCurrentIndex(self.format_choice.findData(format))
        self.format_choice.setToolTip(words)
        self.recognised.setText(recognised_words(paths, title, preview))
        self.recognised.show()
        self.columns.show_preview(preview, words)
        self.text.show_preview(preview, title)
        self._content.setCurrentWidget(self.steps)
        self._show_way()

    def show_error(self, text: str) -> None:
        """What is wrong with the files; "" for nothing."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def show_wrong_name(self, words: str) -> None:
        """What is wrong with the name; "" for nothing."""
        set_kind(self.name, "true" if words else "false", "invalid")
        self.name_error.setText(words)
        self.name_error.setVisible(bool(words))

    def allow_import(self, reason: str, *, is_said: bool = False) -> None:
        """Enable the import, or say why it cannot start, unless that `is_said` beside a field in view."""
        self.import_button.setEnabled(not reason)
        if self.progress.isHidden():
            self.words.setText("" if is_said else reason)

    def show_busy(self, busy: bool, *, importing: bool = False) -> None:
        """Show the progress of reading or importing; while it imports, nothing else can be chosen."""
        self.progress.setValue(0)
        self.progress.setVisible(busy)
        self.cancel_button.setEnabled(True)
        for widget in (self._content, self._about, self.files_button, self.folder_button):
            widget.setEnabled(not importing)
        for each in (self.back_button, self.next_button, self.import_button):
            each.setEnabled(not importing)
        self.words.setText("")
        if not importing:
            self._show_way()

    def show_progress(self, words: str, share: float) -> None:
        self.words.setText(f"{words}…")
        self.progress.setValue(round(share * 1000))

    def show_cancelling(self) -> None:
        self.words.setText("Cancelling…")
        self.cancel_button.setEnabled(False)

    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Choose the files of a dataset")
        if chosen:
            self.paths_chosen.emit([Path(path) for path in chosen])

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder of a dataset")
        if chosen:
            self.paths_chosen.emit([Path(chosen)])

    def _show_way(self) -> None:
        """Enter goes on, and imports at the last step."""
        place, is_there = self.steps.currentIndex(), self._content.currentWidget() is self.steps
        is_last = place == self.steps.count() - 1
        self.back_button.setEnabled(is_there and place > 0)
        self.next_button.setEnabled(is_there and not is_last)
        self.next_button.setDefault(not is_last)
        self.import_button.setDefault(is_last)
        set_kind(self.next_button, "" if is_last else "primary")
        set_kind(self.import_button, "primary" if is_last else "")

    # Layout

    def _lay_out(self, dialog: QDialog) -> None:
        self._drop = EmptyState("upload-simple", "", "", "Choose files…", "import.filesFirst")
        self._drop.clicked.connect(self._choose_files)
        self._drop.add_link("Where to get data", "import.help").clicked.connect(self.help_wanted)
        self._waiting = EmptyState("table", "No preview", "The first rows are shown here once the files can be read.")
        self._content = QStackedWidget()
        for widget in (self._drop, self._waiting, self.steps):
            self._content.addWidget(widget)
        self._about = self._make_about()
        self._about.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        layout.setSpacing(SPACE_3)
        layout.addWidget(self._make_files())
        layout.addWidget(self.error)
        layout.addWidget(self._about)
        layout.addWidget(self._content, 1)
        layout.addLayout(self._make_foot())
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)

    def _make_files(self) -> QFrame:
        files = QFrame()
        files.setProperty("kind", "card")
        row = QHBoxLayout(files)
        row.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_2)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.paths)
        told.addWidget(self.recognised)
        row.addLayout(told, 1)
        row.addWidget(self.files_button)
        row.addWidget(self.folder_button)
        return files

    def _make_about(self) -> QWidget:
        about = QWidget()
        grid = QGridLayout(about)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_2)
        grid.setVerticalSpacing(SPACE_1)
        grid.addWidget(_title("Na&me", self.name), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.setColumnMinimumWidth(2, SPACE_4)
        grid.addWidget(_title("&Format", self.format_choice), 0, 3)
        grid.addWidget(self.format_choice, 0, 4)
        grid.addWidget(self.name_error, 1, 1, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(4, 1)
        return about

    def _make_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_2)
        state = QVBoxLayout()
        state.setSpacing(SPACE_1)
        state.addWidget(self.words)
        state.addWidget(self.progress)
        foot.addLayout(state, 1)
        foot.addSpacing(SPACE_3)
        foot.addWidget(self.cancel_button)
        foot.addSpacing(SPACE_3)
        for each in (self.back_button, self.next_button, self.import_button):
            foot.addWidget(each)
        return foot


def _title(text: str, field: QWidget) -> QLabel:
    made = label(text, "label")
    made.setBuddy(field)
    return made
