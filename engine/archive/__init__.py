"""A run as one file: put into a zip archive here, and taken over from one on another machine.

What an archive says is never believed: names, sizes and contents are checked first, nothing in it is executed, and a
run appears with all of its parts or not at all.
"""

from engine.archive.contents import ArchiveError
from engine.archive.reading import Imported, import_archive
from engine.archive.writing import export_archive

__all__ = ["ArchiveError", "Imported", "export_archive", "import_archive"]
