"""Kinds of fields with several boxes: ticks, spans, records, and rows that people add and take away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from billing.open_hours import Hours
from handoff.console.admin.boxes import Kind, Senseless, Text, Whole

MOST_ROWS = 300
EMPTY_ROWS = 2
TAKEN_OUT = "out"
"""What a row's box is called that takes it away."""


def kept_or_read(kind: Kind, at: str, typed: Mapping[str, str], given: Any) -> Any:
    """What is given where its boxes stand as they were shown, whatever it may be; else what was typed. Raises
    Senseless."""
    shown = {name: text for name, text in kind.boxes(at, given).items() if text}
    return given if _filled(at, typed) == shown else kind.read(at, typed, given)


@dataclass(frozen=True)
class Several:
    """Any of some values, each with its words and a box to tick."""

    options: tuple[tuple[Any, str], ...]
    drawn: ClassVar[str] = "several"
    wide: ClassVar[bool] = True

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """A ticked one for each that it has."""
        has = _list(value)
        return {f"{at}-{place}": "1" if one in has else "" for place, (one, _) in enumerate(self.options)}

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> list[Any]:
        """Those that are ticked."""
        del given
        return [one for place, (one, _) in enumerate(self.options) if typed.get(f"{at}-{place}") == "1"]

    def told(self, value: Any) -> str:
        """Their words."""
        has = _list(value)
        return ", ".join(words for one, words in self.options if one in has)


@dataclass(frozen=True)
class Span:
    """From an hour of the day to another, kept as both."""

    drawn: ClassVar[str] = "span"
    wide: ClassVar[bool] = True

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """Two."""
        first, last = (*_list(value), None, None)[:2]
        return {**Whole().boxes(f"{at}-from", first), **Whole().boxes(f"{at}-until", last)}

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> list[int]:
        """Both hours."""
        del given
        first, last = (Whole().read(f"{at}-{end}", typed, None) for end in ("from", "until"))
        try:
            Hours(first, last)
        except ValueError as error:
            raise Senseless(f"{at}-from", f"{error}.") from error
        return [first, last]

    def told(self, value: Any) -> str:
        """As people say it."""
        first, last = (*_list(value), "", "")[:2]
        return f"das {first} às {last} h"


@dataclass(frozen=True)
class Part:
    """A part of a record. `plain` is what it is where it is left empty, which a `needed` one may not be."""

    name: str
    title: str
    kind: Kind
    plain: Any = None
    needed: bool = False


@dataclass(frozen=True)
class Record:
    """Several parts, each with its name; those that are left empty are not there."""

    parts: tuple[Part, ...]
    drawn: ClassVar[str] = "record"
    wide: ClassVar[bool] = True

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """Those of all parts."""
        has, found = _map(value), dict[str, str]()
        for part in self.parts:
            found |= part.kind.boxes(f"{at}-{part.name}", has.get(part.name))
        return found

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> dict[str, Any]:
        """The parts that are filled in, and those that were there although nothing of them is to be seen."""
        had, found = _map(given), dict[str, Any]()
        for part in self.parts:
            box = f"{at}-{part.name}"
            unseen = part.name in had and not any(part.kind.boxes(box, had[part.name]).values())
            if _filled(box, typed):
                try:
                    found[part.name] = kept_or_read(part.kind, box, typed, had.get(part.name))
                except Senseless as error:
                    raise error.within(part.title) from error
            elif unseen:
                found[part.name] = had[part.name]
            elif part.needed:
                raise Senseless(box, f"{part.title}: falta preencher.")
        return found

    def told(self, value: Any) -> str:
        """Its parts."""
        has = _map(value)
        return ", ".join(f"{part.title}: {part.kind.told(has[part.name])}" for part in self.parts if part.name in has)


@dataclass(frozen=True)
class Listing:
    """Rows of one kind, each called `title` where it is a single box. Where they have an order of their own they are
    put into that of the part `ordered_by`."""

    item: Kind
    title: str = ""
    ordered_by: str = ""
    drawn: ClassVar[str] = "rows"
    wide: ClassVar[bool] = True

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """Those of each row."""
        found = dict[str, str]()
        for place, one in enumerate(_list(value)):
            found |= self.item.boxes(f"{at}-{place}", one)
        return found

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> list[Any]:
        """The rows that are neither empty nor taken away."""
        had, found = _list(given), []
        for place, slot in _rows(at, typed):
            try:
                found.append(kept_or_read(self.item, slot, typed, had[place] if place < len(had) else None))
            except Senseless as error:
                raise error.within(f"linha {place + 1}") from error
        return sorted(found, key=lambda one: one[self.ordered_by]) if self.ordered_by else found

    def told(self, value: Any) -> str:
        """How many there are."""
        return _counted(len(_list(value)))


@dataclass(frozen=True)
class Named:
    """Rows of one kind by name: `key` is what the name is, `title` what stands beside it."""

    key: str
    item: Kind
    title: str = ""
    drawn: ClassVar[str] = "rows"
    wide: ClassVar[bool] = True

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """The name and the boxes of each row."""
        found = dict[str, str]()
        for place, (name, one) in enumerate(_map(value).items()):
            found |= {f"{at}-{place}-key": str(name), **self.item.boxes(f"{at}-{place}-value", one)}
        return found

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> dict[str, Any]:
        """The rows that are neither empty nor taken away, each with a name of its own."""
        had, found = _map(given), dict[str, Any]()
        for place, slot in _rows(at, typed):
            try:
                name = Text().read(f"{slot}-key", typed, None)
                if not name or name in found:
                    why = "já está em outra linha" if name else "falta preencher"
                    raise Senseless(f"{slot}-key", f"{self.key}: {why}.")
                found[name] = self._item(f"{slot}-value", typed, had.get(name))
            except Senseless as error:
                raise error.within(f"linha {place + 1}") from error
        return found

    def _item(self, at: str, typed: Mapping[str, str], given: Any) -> Any:
        try:
            # A name alone is no reason to take nothing for what belongs to it.
            return self.item.read(at, typed, None) if given is None else kept_or_read(self.item, at, typed, given)
        except Senseless as error:
            raise error.within(self.title or self.key) from error

    def told(self, value: Any) -> str:
        """How many there are."""
        return _counted(len(_map(value)))


def slots(at: str, typed: Mapping[str, str]) -> list[str]:
    """Where the rows of the field at `at` stand, and after them some empty ones."""
    last = max((place for place, _ in _places(at, typed)), default=-1)
    return [f"{at}-{place}" for place in range(last + 1 + EMPTY_ROWS)]


def _rows(at: str, typed: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Which rows hold something and stay, with the place of each."""
    for place, slot in _places(at, typed):
        if not typed.get(f"{slot}-{TAKEN_OUT}"):
            yield place, slot


def _places(at: str, typed: Mapping[str, str]) -> list[tuple[int, str]]:
    numbered = re.compile(rf"{re.escape(at)}-([0-9]{{1,3}})(?!-{TAKEN_OUT}$)(?:-|$)")
    found = {int(match[1]) for name, text in typed.items() if text and (match := numbered.match(name))}
    return [(place, f"{at}-{place}") for place in sorted(found) if place < MOST_ROWS]


def _filled(at: str, typed: Mapping[str, str]) -> dict[str, str]:
    """The boxes of a field that have something in them."""
    return {name: text for name, text in typed.items() if text and (name == at or name.startswith(f"{at}-"))}


def _counted(rows: int) -> str:
    return "" if not rows else "1 linha" if rows == 1 else f"{rows} linhas"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
