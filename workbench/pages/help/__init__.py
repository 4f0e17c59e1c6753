"""Help, to be read without leaving the window."""

from workbench.pages.help.page import HelpPage

__all__ = ["HelpPage"]
