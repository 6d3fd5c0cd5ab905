"""The geometry of charts: bars and lines of named values as shapes on a small canvas, for the server to draw. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 190
"""Of the canvas, in its own units: as wide as a phone, so that words stay readable there."""

LEFT, RIGHT, TOP, BOTTOM = 34, 6, 10, 24
MOST_LABELS = 8


@dataclass(frozen=True)
class Bar:
    """A bar, and what it says on hover and to readers of screens."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True)
class Mark:
    """A word on an axis."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A picture with its words. `line` are the points of a polyline, empty where there is none."""

    name: str
    title: str
    about: str
    bars: tuple[Bar, ...]
    line: str
    dots: tuple[Mark, ...]
    grid: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    bars_name: str
    line_name: str


@dataclass(frozen=True)
class Series:
    """Values of whole numbers with their name, one for each label."""

    name: str
    values: Sequence[int]


def columns(name: str, title: str, labels: Sequence[str], bars: Series, line: Series | None = None) -> Chart:
    """A bar for each label, and a line over them. Series are as long as `labels`."""
    every = [*bars.values, *(line.values if line else ())]
    top = scale(max(every, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    centres = [LEFT + step * (place + 0.5) for place in range(len(labels))]
    wide = min(38.0, step * 0.66)
    shown = [
        Bar(round(x - wide / 2, 1), _y(value, top), round(wide, 1), round(_y(0, top) - _y(value, top), 1), says)
        for x, value, says in zip(centres, bars.values, _says(labels, bars), strict=True)
    ]
    dots = [
        Mark(round(x, 1), _y(value, top), says)
        for x, value, says in zip(centres, line.values, _says(labels, line), strict=True)
    ] if line else []  # fmt: skip
    every_nth = math.ceil(len(labels) / MOST_LABELS) or 1
    return Chart(
        name=name,
        title=title,
        about=_about(labels, bars, line),
        bars=tuple(shown),
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=tuple(dots),
        grid=tuple(Mark(LEFT, _y(value, top), str(value)) for value in (0, top // 2, top)),
        labels=tuple(
            Mark(round(x, 1), HEIGHT - 8, label)
            for place, (x, label) in enumerate(zip(centres, labels, strict=True))
            if place % every_nth == 0
        ),
        bars_name=bars.name,
        line_name=line.name if line else "",
    )


def scale(highest: int) -> int:
    """The even number at the top of an axis: round, and not below the highest value."""
    if highest <= 2:
        return 2
    magnitude: int = 10 ** (len(str(highest)) - 1)
    steps = (value * magnitude // 10 for value in (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100))
    return next(step for step in steps if step >= highest and step % 2 == 0)


def _y(value: int, top: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top, 1)


def _says(labels: Sequence[str], series: Series) -> list[str]:
    return [f"{label}: {value} {series.name}" for label, value in zip(labels, series.values, strict=True)]


def _about(labels: Sequence[str], bars: Series, line: Series | None) -> str:
    said = [
        f"{label}: {value} {bars.name}" + (f", {line.values[place]} {line.name}" if line else "")
        for place, (label, value) in enumerate(zip(labels, bars.values, strict=True))
    ]
    return "; ".join(said) + "."
