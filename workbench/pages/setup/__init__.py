"""The setup of a new experiment."""

from workbench.pages.setup.page import SetupPage

__all__ = ["SetupPage"]
