"""The datasets: what there is, what is in it, and the import of files."""

from workbench.pages.datasets.page import DatasetsPage

__all__ = ["DatasetsPage"]
