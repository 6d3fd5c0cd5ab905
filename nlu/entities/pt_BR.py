"""Data that is said in Portuguese words: places, amounts, days and times, the lights of a modem."""

from __future__ import annotations

from collections.abc import Iterator

from nlu.entities.amount import amounts
from nlu.entities.date import dates
from nlu.entities.led import leds
from nlu.entities.place import districts, streets
from nlu.understanding import Entity


def worded(text: str, folded: str) -> Iterator[Entity]:
    """The data in `text` (`folded` has its length), a place before an amount or a date that it contains."""
    yield from streets(text, folded)
    yield from districts(text, folded)
    yield from amounts(text, folded)
    yield from dates(folded)
    yield from leds(folded)
