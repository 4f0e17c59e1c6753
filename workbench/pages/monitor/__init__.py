"""The monitor: a run while it goes, and how it went."""

from workbench.pages.monitor.page import MonitorPage

__all__ = ["MonitorPage"]
