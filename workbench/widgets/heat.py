"""Colours for how high a value is among others, from perceptually even colour maps, under text that stays readable."""

from functools import lru_cache

from PySide6.QtGui import QColor

from workbench.theme import theme

# Of each map as much as leaves the text of the theme a contrast of 4.5 : 1; it begins near the surface.
_MAPS = {False: ("CET-L12", 0.0, 0.65), True: ("viridis", 0.08, 0.36)}
_SHADES = 64


def heat(share: float) -> QColor:
    """The background for a value at `share` of the way from the lowest, 0, to the highest, 1."""
    return _shades(theme().is_dark())[round(min(max(share, 0.0), 1.0) * (_SHADES - 1))]


@lru_cache(maxsize=2)
def _shades(dark: bool) -> tuple[QColor, ...]:
    from pyqtgraph import colormap

    name, first, last = _MAPS[dark]
    return tuple(QColor(*rgb) for rgb in colormap.get(name).getLookupTable(first, last, _SHADES, alpha=False).tolist())
