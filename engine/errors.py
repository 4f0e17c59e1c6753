"""Errors that speak to the person: what is wrong, where, and what to do about it."""


class WorkbenchError(Exception):
    """A fault that the person can mend; its text is shown as it is."""


class SettingsError(WorkbenchError):
    """A setting that cannot be used; the text names the setting, its value and what is allowed."""


class DataError(WorkbenchError):
    """A file that cannot be read as data; the text names the file and, where known, line and column."""


class Stopped(Exception):  # noqa: N818 - not an error: the person asked for it
    """Raised inside the engine when the person asked to stop; whatever was finished is kept."""
