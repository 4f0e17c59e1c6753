"""The table gives its contents away as they are seen."""

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from workbench.widgets.table import DataTable


def make_table(qtbot: QtBot) -> DataTable:
    table = DataTable("numbers", "Numbers")
    qtbot.addWidget(table)
    model = QStandardItemModel(0, 3, table)
    model.setHorizontalHeaderLabels(["Name", "Secret", "Value, %"])
    for name, value in (("one", "1"), ("two, too", "2"), ("three", "3")):
        model.appendRow([QStandardItem(name), QStandardItem("x"), QStandardItem(value)])
    table.setModel(model)
    table.setColumnHidden(1, True)
    return table


def test_selected_rows_are_copied_with_headings(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    for row in (2, 0):
        table.selectionModel().select(
            table.model().index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    assert table.selected_rows() == [0, 2]
    table.show()
    with qtbot.waitActive(table):
        table.activateWindow()
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == ["Name\tValue, %", "one\t1", "three\t3"]


def test_all_rows_are_exported_and_quoted(qtbot: QtBot, tmp_path: Path) -> None:
    table = make_table(qtbot)
    table.horizontalHeader().moveSection(2, 0)
    table.export_csv(tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ['"Value, %",Name', "1,one", '2,"two, too"', "3,three"]


def test_formulas_leave_the_table_as_text(qtbot: QtBot, tmp_path: Path) -> None:
    table = make_table(qtbot)
    table.model().setItem(0, 0, QStandardItem("=HYPERLINK(A1)"))
    table.export_csv(tmp_path / "out.csv")
    assert "'=HYPERLINK(A1),1" in (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    table.selectRow(0)
    table.copy_selection()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "'=HYPERLINK(A1)\t1"


def test_columns_are_remembered(qtbot: QtBot) -> None:
    table, other = make_table(qtbot), make_table(qtbot)
    table.set_widths(222, 0, 77)
    other.restore_columns(table.columns_state())
    assert (other.columnWidth(0), other.columnWidth(2)) == (222, 77)
    other.restore_columns(None)
    assert other.columnWidth(0) == 222
