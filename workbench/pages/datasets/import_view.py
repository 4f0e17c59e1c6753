"""What the import dialog shows: files above, choices on the left, the preview on the right, progress below."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.data.raw import Preview
from workbench.pages.datasets.import_preview import PreviewTabs
from workbench.pages.datasets.mapping_form import MappingForm
from workbench.pages.datasets.preparation_form import PreparationForm
from workbench.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.empty_state import EmptyState
from workbench.widgets.parts import button, guard_wheel, label, set_kind


class ImportView(QWidget):
    """The widgets of the dialog; it decides nothing."""

    files_wanted = Signal()
    folder_wanted = Signal()
    format_chosen = Signal(str)
    help_wanted = Signal()

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._helps: dict[str, str] = {}
        self.paths = ElidedLabel("No files chosen", Qt.TextElideMode.ElideMiddle)
        self.paths.setObjectName("import.paths")
        self.files_button = button("Choose files…", "import.files", "file-plus")
        self.folder_button = button("Choose folder…", "import.folder", "folder-open")
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
        self.help = label("", "caption", wrap=True)
        self.mapping, self.preparation, self.preview = MappingForm(), PreparationForm(), PreviewTabs()
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.words = label("", "muted", wrap=True)
        self.words.setObjectName("import.reason")
        self.cancel_button = button("Cancel", "import.cancel")
        self.import_button = button("Import", "import.start", "upload-simple", kind="primary")
        self.import_button.setDefault(True)
        self.files_button.clicked.connect(self.files_wanted)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.format_choice.activated.connect(lambda _place: self.format_chosen.emit(self.format))
        self._lay_out(dialog)

    @property
    def format(self) -> str:
        return str(self.format_choice.currentData())

    def set_formats(self, formats: list[tuple[str, str, str]]) -> None:
        """Offer formats as (name, title, help)."""
        for name, title, words in formats:
            self.format_choice.addItem(title, name)
            self._helps[name] = words

    def show_paths(self, paths: list[Path]) -> None:
        self.paths.setText(", ".join(str(path) for path in paths))
        self._content.setCurrentIndex(1)

    def show_no_preview(self) -> None:
        """Nothing is known of the files (yet): the rows of others must not stand there."""
        self._right.setCurrentIndex(0)
        self.mapping.hide()

    def show_preview(self, format: str, preview: Preview) -> None:
        self.format_choice.setCurrentIndex(self.format_choice.findData(format))
        self.help.setText(self._helps.get(format, ""))
        self.mapping.show_preview(preview)
        self.preview.show_preview(preview, preview.mapping)
        self._right.setCurrentIndex(1)

    def show_error(self, text: str) -> None:
        """What is wrong with the files; "" for nothing."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def allow_import(self, reason: str, *, wrong_name: bool = False) -> None:
        """Enable the import, or say why it cannot start; a wrong name is said beside the name."""
        self.import_button.setEnabled(not reason)
        set_kind(self.name, "true" if wrong_name else "false", "invalid")
        self.name_error.setText(reason if wrong_name else "")
        self.name_error.setVisible(wrong_name)
        self.words.setText(reason)
        self.words.setVisible(not wrong_name)

    def show_importing(self, importing: bool) -> None:
        self.progress.setValue(0)
        self.progress.setVisible(importing)
        self.cancel_button.setEnabled(True)
        for widget in (self._choices, self.files_button, self.folder_button):
            widget.setEnabled(not importing)
        self.import_button.setEnabled(not importing)
        self.words.setText("")
        self.words.show()

    def show_progress(self, words: str, share: float) -> None:
        self.words.setText(f"{words}…")
        self.progress.setValue(round(share * 1000))

    def show_cancelling(self) -> None:
        self.words.setText("Cancelling…")
        self.cancel_button.setEnabled(False)

    # Layout

    def _lay_out(self, dialog: QDialog) -> None:
        files = QFrame()
        files.setProperty("kind", "card")
        row = QHBoxLayout(files)
        row.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, SPACE_2)
        row.setSpacing(SPACE_2)
        row.addWidget(self.paths, 1)
        row.addWidget(self.files_button)
        row.addWidget(self.folder_button)
        drop = EmptyState(
            "upload-simple",
            "Drop files or a folder here",
            "CSV, TSV or Parquet with one interaction per row and, if you have one, a second file with the items; JSON lines; "
            "MovieLens, Amazon Reviews and Yelp as published; RecBole's atomic files; files with one user and all their items per line.",
            "Choose files…",
            "import.filesFirst",
        )
        drop.clicked.connect(self.files_wanted)
        drop.add_link("Where to get data", "import.help").clicked.connect(self.help_wanted)
        waiting = EmptyState("table", "No preview", "The first rows are shown here once the files can be read.")
        self._right = QStackedWidget()
        self._right.addWidget(waiting)
        self._right.addWidget(self.preview)
        self._choices = self._make_choices()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self._choices)
        split.addWidget(self._right)
        split.setSizes([340, 700])
        split.setStretchFactor(1, 1)
        self._content = QStackedWidget()
        self._content.addWidget(drop)
        self._content.addWidget(split)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_3)
        state = QVBoxLayout()
        state.setSpacing(SPACE_1)
        state.addWidget(self.words)
        state.addWidget(self.progress)
        foot.addLayout(state, 1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.import_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        layout.setSpacing(SPACE_3)
        layout.addWidget(files)
        layout.addWidget(self.error)
        layout.addWidget(self._content, 1)
        layout.addLayout(foot)
        outer = QVBoxLayout(dialog)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)

    def _make_choices(self) -> QScrollArea:
        holder = QWidget()
        holder.setProperty("kind", "page")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, SPACE_3, 0)
        layout.setSpacing(SPACE_2)
        layout.addWidget(_title("Name", self.name))
        layout.addWidget(self.name)
        layout.addWidget(self.name_error)
        layout.addSpacing(SPACE_2)
        layout.addWidget(_title("Format", self.format_choice))
        layout.addWidget(self.format_choice)
        layout.addWidget(self.help)
        layout.addSpacing(SPACE_2)
        layout.addWidget(self.mapping)
        layout.addSpacing(SPACE_2)
        layout.addWidget(label("Preparation", "heading"))
        layout.addWidget(self.preparation)
        layout.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(300)
        area.setWidget(holder)
        return area


def _title(text: str, field: QWidget) -> QLabel:
    made = label(text, "label")
    made.setBuddy(field)
    return made
