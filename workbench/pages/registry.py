"""The pages there are; each is imported and made when it is first visited."""

from dataclasses import dataclass
from importlib import import_module

from workbench.context import Workbench
from workbench.pages.base import Page


@dataclass(frozen=True)
class PageEntry:
    """A page in the navigation; `class_name` is found in `workbench.pages.<module>`."""

    id: str
    title: str
    icon: str
    module: str
    class_name: str

    def make(self, workbench: Workbench) -> Page:
        """Import the page's module and make the page."""
        page: Page = getattr(import_module(f"workbench.pages.{self.module}"), self.class_name)(workbench)
        return page


MAIN_PAGES = (
    PageEntry("datasets", "Datasets", "database", "datasets", "DatasetsPage"),
    PageEntry("setup", "New experiment", "flask", "setup", "SetupPage"),
    PageEntry("monitor", "Monitor", "activity", "monitor", "MonitorPage"),
    PageEntry("runs", "Runs", "list-bullets", "runs", "RunsPage"),
    PageEntry("compare", "Compare", "scales", "compare", "ComparePage"),
    PageEntry("inspector", "Inspector", "magnifying-glass", "inspector", "InspectorPage"),
    PageEntry("semantic_ids", "Semantic IDs", "tree-structure", "semantic_ids", "SemanticIdsPage"),
)
OTHER_PAGES = (
    PageEntry("preferences", "Settings", "gear-six", "preferences", "PreferencesPage"),
    PageEntry("help", "Help", "question", "help", "HelpPage"),
)
