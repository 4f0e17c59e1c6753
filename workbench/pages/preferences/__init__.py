"""The person's choices."""

from workbench.pages.preferences.page import PreferencesPage

__all__ = ["PreferencesPage"]
