"""The one stylesheet, written from the colours of a palette.

Widgets opt in by the property "kind": buttons "primary", "quiet", "danger", "chip" or "link"; labels "title", "subtitle",
"heading", "caption", "muted", "error", "good" or "warning"; frames "card", "panel", "banner" or "line".
The runs of a comparison are frames and buttons of the kind "series".
"""

from collections.abc import Mapping
from string import Template

from workbench.palette import Role

_SHEET = Template("""
QWidget { color: $text; }
QMainWindow, QDialog, QMessageBox { background: $window; }
QToolTip { background: $surface_raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QLabel { background: transparent; }
QLabel[kind="title"] { font-size: 18px; font-weight: 600; }
QLabel[kind="subtitle"], QLabel[kind="muted"] { color: $text_muted; }
QLabel[kind="heading"] { font-size: 14px; font-weight: 600; }
QLabel[kind="label"] { font-weight: 500; }
QLabel[kind="caption"] { font-size: 11px; color: $text_muted; }
QLabel[kind="caption"][tone="warning"] { color: $warning; }
QLabel[kind="caption"][tone="bad"] { color: $bad; }
QLabel[kind="caption"][tone="accent"] { color: $accent; }
QLabel[kind="caption"][tone="good"] { color: $good; }
QLabel[kind="error"] { font-size: 11px; color: $bad; }
QLabel[kind="good"] { color: $good; }
QLabel[kind="warning"] { color: $warning; }
QLabel[kind="bad"] { color: $bad; }
QLabel[kind="value"] { font-size: 18px; font-weight: 600; }
QLabel:disabled { color: $text_disabled; }

QFrame[kind="card"], QFrame[kind="banner"] { background: $surface; border: 1px solid $border; border-radius: 6px; }
QFrame[kind="card"]:focus { border: 1px solid $accent; }
QFrame[kind="banner"][tone="good"] { border-left: 4px solid $good; }
QFrame[kind="banner"][tone="warning"] { border-left: 4px solid $warning; }
QFrame[kind="banner"][tone="bad"] { border-left: 4px solid $bad; }
QFrame[kind="banner"][tone="accent"] { border-left: 4px solid $accent; }
QFrame[kind="panel"] { background: $surface_raised; border: none; border-radius: 6px; }
QFrame[kind="line"] { background: $border; border: none; max-height: 1px; }
QFrame[kind="navigation"] { background: $surface; border: none; border-right: 1px solid $border; }

QPushButton { background: $surface; border: 1px solid $control_border; border-radius: 6px; padding: 5px 12px; min-height: 18px; }
QPushButton:hover { background: $surface_raised; }
QPushButton:pressed, QPushButton:checked { background: $selection; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton:disabled { color: $text_disabled; background: $surface_raised; border-color: $border; }
QPushButton[kind="primary"] { background: $accent; color: $accent_text; border: 1px solid $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[kind="primary"]:disabled { background: $surface_raised; color: $text_disabled; border-color: $border; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="danger"] { color: $bad; border-color: $bad; }
QPushButton[kind="danger"]:focus { border-color: $bad; }
QPushButton[kind="danger"]:disabled { color: $text_disabled; border-color: $border; }
QPushButton[kind="quiet"], QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; }
QPushButton[kind="quiet"]:hover { background: $surface_raised; }
QPushButton[kind="quiet"]:focus, QPushButton[kind="link"]:focus { border: 2px solid $accent; }
QPushButton[kind="link"] { color: $accent; padding: 2px 4px; text-align: left; }
QPushButton[kind="link"]:focus { padding: 1px 3px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="chip"] { border-radius: 12px; padding: 2px 10px; color: $text_muted; border-color: $border; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 1px 9px; }
QPushButton[kind="chip"][active="true"] { background: $selection; color: $text; border-color: $accent; }
QPushButton[kind="fold"] { background: transparent; border: 1px solid transparent; color: $text_muted; padding: 3px 4px; text-align: left; }
QPushButton[kind="fold"]:hover { color: $text; }
QPushButton[kind="fold"]:focus { border: 2px solid $accent; padding: 2px 3px; }
QPushButton[kind="fold"]:checked { background: transparent; }
QPushButton[kind="navigation"] { background: transparent; border: 2px solid transparent; text-align: left; padding: 6px; color: $text_muted; }
QPushButton[kind="navigation"]:hover { background: $surface_raised; color: $text; }
QPushButton[kind="navigation"]:checked { background: $selection; color: $text; font-weight: 600; }
QPushButton[kind="navigation"]:focus { border: 2px solid $accent; padding: 6px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 3px; }
QToolButton:hover { background: $surface_raised; }
QToolButton:focus { border: 2px solid $accent; padding: 2px; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QListView, QTreeView, QTableView, QTextBrowser {
    background: $surface; border: 1px solid $control_border; border-radius: 6px;
    selection-background-color: $selection; selection-color: $text; }
QLineEdit, QAbstractSpinBox, QComboBox { padding: 4px 8px; min-height: 20px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; padding: 0; min-height: 18px; background: transparent; }
QAbstractSpinBox { padding-right: 20px; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QComboBox:on { border: 2px solid $accent; padding: 3px 7px; }
QAbstractSpinBox:focus { padding-right: 19px; }
QPlainTextEdit:focus, QTextEdit:focus, QListView:focus, QTreeView:focus, QTableView:focus, QTextBrowser:focus { border: 2px solid $accent; }
QLineEdit[invalid="true"], QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] { border: 2px solid $bad; padding: 3px 7px; }
QAbstractSpinBox[invalid="true"] { padding-right: 19px; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    background: $surface_raised; color: $text_disabled; border-color: $border; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 20px; border: none; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url("$icons/caret-up.svg"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url("$icons/caret-down.svg"); width: 9px; height: 9px; }
QComboBox { padding-right: 24px; }
QComboBox:focus, QComboBox:on { padding-right: 23px; }
QComboBox::drop-down { subcontrol-origin: border; subcontrol-position: center right; width: 24px; border: none; }
QComboBox::down-arrow { image: url("$icons/caret-down.svg"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $control_border; padding: 4px; outline: 0; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:selected { background: $selection; color: $text; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; padding: 2px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QCheckBox::indicator, QListView::indicator { width: 16px; height: 16px; border: 1px solid $control_border; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/$check.svg"); }
QListView::indicator:indeterminate { background: $control_border; }
QCheckBox::indicator:disabled { background: $surface_raised; border-color: $border; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $control_border; border-radius: 9px; background: $surface; }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 8px; height: 8px; }

QSlider { min-height: 24px; border: 2px solid transparent; border-radius: 6px; }
QSlider:focus { border-color: $accent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $surface_raised; border: 1px solid $border; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: $surface; border: 2px solid $accent; }
QSlider::sub-page:horizontal:disabled { background: $control_border; }
QSlider::handle:horizontal:disabled { border-color: $control_border; background: $surface_raised; }

QProgressBar { background: $surface_raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QScrollArea, QScrollArea > QWidget > QWidget[kind="page"] { background: transparent; border: none; }
QScrollArea:focus { border: 2px solid $accent; border-radius: 6px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $control_border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $text_muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $text_muted; border: none; border-bottom: 1px solid $border; padding: 6px 11px; font-weight: 600; }
QHeaderView::section:hover { color: $text; background: $surface_raised; }
QHeaderView::down-arrow { image: url("$icons/caret-down.svg"); width: 9px; height: 9px; subcontrol-position: top center; top: 1px; }
QHeaderView::up-arrow { image: url("$icons/caret-up.svg"); width: 9px; height: 9px; subcontrol-position: top center; top: 1px; }
QTableView, QTreeView, QListView { outline: 0; gridline-color: $grid; border-color: $border; alternate-background-color: $window; }
QTableView::item, QTreeView::item, QListView::item { padding: 2px 8px; border: none; }
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected { background: $selection; color: $text; }
QTableView[kind="frozen"] { border: none; border-right: 1px solid $control_border; border-radius: 0; }
QTableView::item:focus { border: 1px solid $accent; }
QTableCornerButton::section { background: $surface; border: none; }
QTableView::indicator { width: 14px; height: 14px; border: 1px solid $control_border; border-radius: 4px; background: $surface; }
QTableView::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/$check.svg"); }

QFrame[kind="series"] { background: $surface; border: 1px solid $border; border-radius: 14px; }
QFrame[kind="series"][chosen="true"] { border-color: $accent; }
QPushButton[kind="series"] { background: transparent; border: 1px solid transparent; padding: 2px 6px; }
QPushButton[kind="series"]:focus { border: 2px solid $accent; padding: 1px 5px; }

QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 7px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $border; }
QSplitter::handle:horizontal { width: 8px; }
QSplitter::handle:vertical { height: 8px; }
QStatusBar { background: $surface; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $text_muted; }
QTextBrowser { padding: 12px; border-color: $border; }
QPlainTextEdit { padding: 4px 6px; border-color: $border; }
QMenu { background: $surface; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 6px 20px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::indicator { width: 12px; height: 12px; left: 6px; border: 1px solid $control_border; border-radius: 3px; background: $surface; }
QMenu::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/$check.svg"); }
QMenu::separator { height: 1px; background: $border; margin: 4px 6px; }
""")


def stylesheet(colours: Mapping[Role, str], icons: str, *, dark: bool) -> str:
    """The stylesheet in these colours; `icons` is the folder with the arrows and ticks."""
    named = {role.value: colour for role, colour in colours.items()}
    return _SHEET.substitute(named, icons=icons, check="check-dark" if dark else "check-light")
