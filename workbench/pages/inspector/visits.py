"""Which items and users were looked at, to go back and forward between them."""

from workbench.links import InspectorLink

MOST = 200


class Visits:
    """The places in their order, and the one that is on show."""

    def __init__(self) -> None:
        self._places: list[InspectorLink] = []
        self._now = -1

    @property
    def now(self) -> InspectorLink | None:
        return self._places[self._now] if self._places else None

    @property
    def can_go_back(self) -> bool:
        return self._now > 0

    @property
    def can_go_forward(self) -> bool:
        return self._now < len(self._places) - 1

    def add(self, place: InspectorLink) -> None:
        """A new place is looked at; what lay ahead is forgotten."""
        if place != self.now:
            self._places = [*self._places[: self._now + 1], place][-MOST:]
            self._now = len(self._places) - 1

    def go(self, steps: int) -> InspectorLink | None:
        """The place so many steps ahead, or behind for less than zero; None where there is none."""
        if not 0 <= self._now + steps < len(self._places):
            return None
        self._now += steps
        return self.now
