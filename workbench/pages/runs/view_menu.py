"""What is used now and then with the run table: columns, grouping, colours, and views by name."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from workbench.icons import icon
from workbench.models.run_columns import BY_FIELD, GROUPED_BY, VALIDATION_COLUMNS, validation_beside
from workbench.pages.runs.table_view import SavedViews, TableView
from workbench.theme import Role
from workbench.widgets import dialogs
from workbench.widgets.parts import BUTTON_ICON

LONGEST_NAME = 60


class ViewMenu(QPushButton):
    """`changed(view)`: the table shall be looked at otherwise. `columns_wanted`: the columns shall be chosen.
    `help_wanted`: the person wants to read about it."""

    changed = Signal(object)
    columns_wanted = Signal()
    help_wanted = Signal()

    def __init__(self, views: SavedViews, parent: QWidget | None = None) -> None:
        super().__init__("View", parent)
        self._views = views
        self._view = TableView()
        self.setObjectName("runs.view")
        self.setAccessibleName("How the table is looked at")
        self.setIcon(icon("sliders-horizontal", Role.text))
        self.setIconSize(BUTTON_ICON)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def show_view(self, view: TableView) -> None:
        """The view that the menu changes."""
        self._view = view

    def _fill(self) -> None:
        menu, view = self.menu(), self._view
        menu.clear()
        menu.addAction("Columns…", self.columns_wanted.emit)
        self._add_groups(menu.addMenu("Group by"))
        beside = {column.field for column in VALIDATION_COLUMNS}
        has_beside = any(field in beside for field in view.columns)
        plain = tuple(field for field in view.columns if field not in beside)
        self._check(
            menu,
            "Validation of best and last epoch",
            has_beside,
            view.but(columns=plain if has_beside else validation_beside(view.columns)),
            "Beside every test metric the validation at the epoch that was kept, and at the last one",
        )
        self._check(
            menu, "Heat colours", view.heat, view.but(heat=not view.heat), "Colour metrics by how high they are"
        )
        menu.addSeparator()
        saved = self._views.all()
        for name, stored in saved.items():
            self._check(menu, name.replace("&", "&&"), stored == view, stored, "Saved view")
        menu.addAction("Save this view…", self.save)
        if saved:
            gone = menu.addMenu("Delete a saved view")
            for name in saved:
                gone.addAction(name.replace("&", "&&"), partial(self._delete, name))
        menu.addSeparator()
        menu.addAction("Back to the usual view", lambda: self.changed.emit(TableView()))
        menu.addAction("What can be asked", self.help_wanted.emit)

    def _add_groups(self, menu: QMenu) -> None:
        choices = QActionGroup(menu)
        for field in (None, *GROUPED_BY):
            title = "Nothing" if field is None else "Day" if field == "created_at" else BY_FIELD[field].title
            choices.addAction(self._check(menu, title, self._view.group == field, self._view.but(group=field)))

    def _check(self, menu: QMenu, title: str, on: bool, then: TableView, help: str = "") -> QAction:
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(on)
        action.setToolTip(help)
        action.triggered.connect(lambda: self.changed.emit(then))
        return action

    def save(self) -> None:
        """Ask for a name and keep the present view under it."""
        name, agreed = QInputDialog.getText(self, "Save this view", "Name of the view:")
        name = " ".join(name.split())[:LONGEST_NAME]
        if not agreed or not name:
            return
        if name in self._views.all() and not dialogs.ask(
            self, f"Replace the view “{name}”?", "There is already a view of this name.", "Replace"
        ):
            return
        self._change(lambda: self._views.save(name, self._view), "The view could not be saved.")

    def _delete(self, name: str) -> None:
        if dialogs.ask(self, f"Delete the view “{name}”?", "The runs that it shows are not touched.", "Delete"):
            self._change(lambda: self._views.delete(name), "The view could not be deleted.")

    def _change(self, change: Callable[[], None], fault: str) -> None:
        try:
            change()
        except OSError as error:
            dialogs.show_error(self, fault, f"{error.filename}: {error.strerror}.")
