"""PURE: bars of a chart in whole units, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 96
STEP = 32
BAR = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its left edge, top and height, and what stands below and above it."""

    x: int
    y: int
    height: int
    middle: int
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other; the drawing is `width` wide, its floor at `floor`, and `depth` high with its labels."""

    width: int
    floor: int
    depth: int
    bar_width: int
    bars: tuple[Bar, ...]


def bars(values: Sequence[tuple[str, int]]) -> Chart:
    """Lay out one bar for each label, the highest as high as there is room."""
    highest = max((value for _, value in values), default=0)
    floor = HEIGHT + 16
    laid = []
    for number, (label, value) in enumerate(values):
        height = 0 if not highest else max(round(value * HEIGHT / highest), 1 if value else 0)
        x = number * STEP + (STEP - BAR) // 2
        laid.append(Bar(x, floor - height, height, x + BAR // 2, label, value))
    return Chart(max(len(values) * STEP, STEP), floor, floor + 18, BAR, tuple(laid))
