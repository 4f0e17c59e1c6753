"""Questions and bad news, worded the same way everywhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget


def show_error(parent: QWidget | None, what: str, why: str) -> None:
    """Say what went wrong and why; does not block."""
    box = QMessageBox(QMessageBox.Icon.Warning, "H2Rec Workbench", what, QMessageBox.StandardButton.Close, parent)
    box.setInformativeText(why)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setObjectName("errorBox")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def ask(parent: QWidget | None, question: str, explanation: str, yes: str, no: str = "Cancel") -> bool:
    """A question with two verbs for buttons; True when the person chose `yes`. Esc and Enter mean `no`."""
    box = QMessageBox(QMessageBox.Icon.Question, "H2Rec Workbench", question, parent=parent)
    box.setInformativeText(explanation)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setObjectName("question")
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    agree.setObjectName("question.yes")
    refuse = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    refuse.setObjectName("question.no")
    box.setDefaultButton(refuse)
    box.setEscapeButton(refuse)
    box.exec()
    agreed = box.clickedButton() is agree
    box.deleteLater()
    return agreed


def show_crash(what: str, details: str) -> None:
    """Say that something unforeseen happened; one such box at a time."""
    if any(widget.objectName() == "crashBox" for widget in QApplication.topLevelWidgets()):
        return
    box = QMessageBox(QMessageBox.Icon.Critical, "H2Rec Workbench", "Something went wrong inside the workbench.")
    box.setObjectName("crashBox")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(f"{what}\n\nThe window stays open, and the details are in the log of the home folder.")
    box.setDetailedText(details)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _shown.append(box)
    box.finished.connect(lambda: _shown.remove(box))
    box.open()


_shown: list[QMessageBox] = []  # a box without a parent lives only as long as somebody holds it
