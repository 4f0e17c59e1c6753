"""The import wizard: files and columns, texts, filters, and what comes of them before anything is stored."""

from workbench.pages.datasets.wizard.dialog import ImportDialog

__all__ = ["ImportDialog"]
