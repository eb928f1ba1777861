"""PURE: charts in whole units of a drawing, ready for a template: bars beside each other, and spans of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 150
LEFT = 34
_LABEL = 88
_ROW = 26
_LONG = 520
_MOST_LINES = 5
_CHARACTER = 7
"""How wide a character of a label is, about."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A bar; `kind` says which of several series it is of, counted from 1."""

    x: int
    y: int
    width: int
    height: int
    kind: int
    says: str
    """What a reader who points at it is told."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a place, or a line across at it."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart `width` wide and `height` high."""

    width: int
    height: int
    floor: int
    left: int
    bars: tuple[Rectangle, ...]
    lines: tuple[Mark, ...]
    """Across, each with its value."""
    labels: tuple[Mark, ...]
    """Below."""


def beside(labels: Sequence[str], *series: Sequence[float | None], unit: str = "") -> Drawing:
    """For each label one bar of every series; None leaves a gap."""
    step = max(30 if len(series) == 1 else 44, min(72, _LONG // max(len(labels), 1)))
    highest = max((value for one in series for value in one if value is not None), default=0)
    spacing = _spacing(highest)
    top = max(spacing, -(-highest // spacing) * spacing)
    floor = HEIGHT + 14
    width = max(8, min(30, (step - 12) // len(series)))
    thinned = -(-max(map(len, labels), default=0) * _CHARACTER // step) or 1
    bars, marks = [], []
    for place, label in enumerate(labels):
        middle = LEFT + place * step + step // 2
        begin = middle - width * len(series) // 2
        for kind, values in enumerate(series, start=1):
            value = values[place]
            if value is not None:
                height = max(round(value * HEIGHT / top), 1 if value else 0)
                x = begin + (kind - 1) * width
                says = f"{label}: {value:g}{unit}"
                bars.append(Rectangle(x, floor - height, width - 2, height, kind, says))
        if place % thinned == 0:
            marks.append(Mark(middle, floor + 15, label))
    lines = [Mark(LEFT - 6, floor - round(at * HEIGHT / top), f"{at:g}") for at in _steps(spacing, top)]
    return Drawing(LEFT + max(len(labels) * step, 60), floor + 24, floor, LEFT, tuple(bars), tuple(lines), tuple(marks))


def spans(rows: Sequence[tuple[str, date, date | None, date]], today: date) -> Drawing:
    """For each label a bar from its first day to its second, and another from there to its third; years below."""
    first = min((begin for _, begin, _, _ in rows), default=today)
    last = max([end for *_, end in rows] + [today])
    days = max((last - first).days, 1)
    floor = len(rows) * _ROW + 8

    def across(day: date) -> int:
        return _LABEL + round((min(max(day, first), last) - first).days * _LONG / days)

    bars = []
    for place, (label, begin, middle, end) in enumerate(rows):
        y, until = place * _ROW + 8, middle or end
        bars.append(
            Rectangle(across(begin), y, max(across(until) - across(begin), 2), 14, 1, f"{label}: {begin} to {until}")
        )
        if end > until:
            says = f"{label}: {until} to {end}"
            bars.append(Rectangle(across(until), y, max(across(end) - across(until), 2), 14, 2, says))
    names = tuple(Mark(_LABEL - 10, place * _ROW + 19, label) for place, (label, *_) in enumerate(rows))
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    thinned = years[:: -(-len(years) // 10) or 1]
    labels = tuple(Mark(across(day), floor + 16, str(day.year)) for day in thinned)
    return Drawing(_LABEL + _LONG + 16, floor + 26, floor, across(today), tuple(bars), names, labels)


def _spacing(highest: float) -> float:
    """Between two lines across: 1, 2 or 5 times a power of ten, so that there are few of them."""
    power = 1.0
    while True:
        for factor in (1, 2, 5):
            if highest <= factor * power * (_MOST_LINES - 1):
                return factor * power
        power *= 10


def _steps(spacing: float, top: float) -> list[float]:
    return [place * spacing for place in range(round(top / spacing) + 1)]
