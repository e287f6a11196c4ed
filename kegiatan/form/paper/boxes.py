"""Boxes, lines and tick squares that a pen fills in."""

from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

SIZE = 5.2 * mm
TICK = 3.0 * mm
LINE_HEIGHT = 7 * mm


class Boxes(Flowable):  # type: ignore[misc]  # the library has no types
    """Squares for single characters, in groups parted by a gap: a date is (2, 2, 4)."""

    def __init__(self, *groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.width = sum(groups) * SIZE + (len(groups) - 1) * SIZE / 2
        self.height = SIZE

    def wrap(self, *_space: Any) -> tuple[float, float]:
        """Return width and height in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the squares."""
        left = 0.0
        for group in self.groups:
            for _square in range(group):
                self.canv.rect(left, 0, SIZE, SIZE, stroke=1, fill=0)
                left += SIZE
            left += SIZE / 2


class Tick(Flowable):  # type: ignore[misc]  # the library has no types
    """A square to tick."""

    def wrap(self, *_space: Any) -> tuple[float, float]:
        """Return width and height in points."""
        return TICK, TICK

    def draw(self) -> None:
        """Draw the square."""
        self.canv.rect(0, 0, TICK, TICK, stroke=1, fill=0)


class Lines(Flowable):  # type: ignore[misc]  # the library has no types
    """Lines to write on, as wide as there is room."""

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self.count = count

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        """Return width and height in points."""
        self.width, self.height = available_width, self.count * LINE_HEIGHT
        return self.width, self.height

    def draw(self) -> None:
        """Draw dotted lines from the top."""
        self.canv.setDash(1, 2)
        for number in range(self.count):
            height = self.height - (number + 1) * LINE_HEIGHT + 1.5
            self.canv.line(0, height, self.width, height)
        self.canv.setDash()
