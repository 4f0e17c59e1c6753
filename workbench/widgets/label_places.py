"""Where names stand beside the points of a chart so that none covers another."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP = 8  # pixels between a point and its name


def label_places(points: Sequence[QPointF], sizes: Sequence[QSizeF], bounds: QRectF) -> list[QRectF | None]:
    """A place for each name, in pixels: right, left, above or below its point, within `bounds`; None where it would
    cover a point or a name that has its place already."""
    dots = [QRectF(point.x() - GAP / 2, point.y() - GAP / 2, GAP, GAP) for point in points]
    places: list[QRectF | None] = []
    for point, size in zip(points, sizes, strict=True):
        taken = [*dots, *(place for place in places if place is not None)]
        free = (
            place
            for place in _around(point, size)
            if bounds.contains(place) and not any(place.intersects(each) for each in taken)
        )
        places.append(next(free, None))
    return places


def _around(point: QPointF, size: QSizeF) -> list[QRectF]:
    width, height = size.width(), size.height()
    middle_x, middle_y = point.x() - width / 2, point.y() - height / 2
    corners = [
        (point.x() + GAP, middle_y),
        (point.x() - GAP - width, middle_y),
        (middle_x, point.y() - GAP - height),
        (middle_x, point.y() + GAP),
    ]
    return [QRectF(left, top, width, height) for left, top in corners]
