"""Kinds of fields with one box: how a value of JSON stands in it, and what was typed as a value again."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from core.money import format_brl, parse_brl

LONGEST = 20_000
LARGEST, LARGEST_CENTS = 500_000, 10**9
"""Whatever a number counts (days, too), a moment with it added or taken off is a date still."""
_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(?:[.,][0-9]{1,12})?")


class Senseless(ValueError):
    """What was typed into the box `at` is not of its kind; the text says so, in Portuguese."""

    def __init__(self, at: str, why: str) -> None:
        super().__init__(why)
        self.at = at

    def within(self, title: str) -> Senseless:
        """The same, told from further out."""
        return Senseless(self.at, f"{title}: {self}")


class Kind(Protocol):
    """What a field may hold, and in which boxes people see and change it. All boxes of a field at `at` are called so,
    or begin with it and a hyphen; an empty box is as one that is not there. `drawn` names how they are drawn, and a
    `wide` kind takes a frame of its own."""

    drawn: ClassVar[str]
    wide: ClassVar[bool]

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """The boxes with the value in them; empty ones for None and for what is none of this kind."""

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> Any:
        """What is typed in them. Parts that were left as `given` stay as they are. Raises Senseless."""

    def told(self, value: Any) -> str:
        """The value in words."""


class Box:
    """What kinds with one box share: each says how a value is `shown` and `parsed`, the latter with a ValueError."""

    drawn: ClassVar[str] = "text"
    wide: ClassVar[bool] = False

    def boxes(self, at: str, value: Any) -> dict[str, str]:
        """The one."""
        return {at: "" if value is None else self.shown(value)}

    def read(self, at: str, typed: Mapping[str, str], given: Any) -> Any:
        """What stands in it."""
        del given
        text = typed.get(at, "")
        if any(char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs") for char in text):
            raise Senseless(at, "há um caractere que não se vê. Apague-o e digite de novo.")
        try:
            return self.parsed(text)
        except ValueError as error:
            raise Senseless(at, str(error)) from error

    def told(self, value: Any) -> str:
        """As it is shown."""
        return "" if value is None else self.shown(value)

    def shown(self, value: Any) -> str:
        """A value as people read it."""
        return str(value)

    def parsed(self, text: str) -> Any:
        """The value that was typed. Raises ValueError with why it is none."""
        return text


@dataclass(frozen=True)
class Text(Box):
    """A text, which may be empty."""


@dataclass(frozen=True)
class Words(Box):
    """Some texts with commas between them, each once."""

    def shown(self, value: Any) -> str:
        """With commas."""
        return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)

    def parsed(self, text: str) -> list[str]:
        """Also from lines."""
        return list(dict.fromkeys(part.strip() for part in text.replace("\n", ",").split(",") if part.strip()))


@dataclass(frozen=True)
class Flag(Box):
    """Yes or no."""

    drawn: ClassVar[str] = "flag"

    def shown(self, value: Any) -> str:
        """Ticked or not."""
        return "1" if value else ""

    def parsed(self, text: str) -> bool:
        """Whether it is ticked."""
        return text == "1"

    def told(self, value: Any) -> str:
        """In a word."""
        return "sim" if value else "não"


@dataclass(frozen=True)
class Number(Box):
    """A number with a decimal comma. With `empty` it may be left out: None. `kept_as_text` is for exact ones."""

    empty: bool = False
    kept_as_text: bool = False
    drawn: ClassVar[str] = "decimal"

    def shown(self, value: Any) -> str:
        """With a comma."""
        return str(value).replace(".", ",")

    def parsed(self, text: str) -> int | float | str | None:
        """A whole one where it is one."""
        if not text and self.empty:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValueError("esperado um número, como 12 ou 0,5.")
        plain = text.replace(",", ".")
        number = float(plain)
        if not math.isfinite(number) or abs(number) > LARGEST:
            raise ValueError(f"esperado um número até {LARGEST}.")
        if self.kept_as_text:
            return plain
        return int(number) if number.is_integer() else number


@dataclass(frozen=True)
class Whole(Box):
    """A whole number. With `empty` it may be left out: None."""

    empty: bool = False
    drawn: ClassVar[str] = "number"

    def parsed(self, text: str) -> int | None:
        """It, which nobody typed with thousands' dots."""
        if not text and self.empty:
            return None
        if not re.fullmatch(r"[-+]?[0-9]{1,20}", text):
            raise ValueError("esperado um número inteiro.")
        if abs(int(text)) > LARGEST:
            raise ValueError(f"esperado um número até {LARGEST}.")
        return int(text)


@dataclass(frozen=True)
class Money(Box):
    """An amount in reais, kept in cents."""

    drawn: ClassVar[str] = "money"

    def shown(self, value: Any) -> str:
        """As 1.234,50."""
        return format_brl(value).removeprefix("R$ ") if type(value) is int else str(value)

    def parsed(self, text: str) -> int:
        """The cents."""
        found = parse_brl(text)
        if found is None or abs(found) > LARGEST_CENTS:
            raise ValueError("esperado um valor em reais, como 1.234,50.")
        return found

    def told(self, value: Any) -> str:
        """With its sign."""
        return f"R$ {self.shown(value)}" if value is not None else ""


@dataclass(frozen=True)
class Day(Box):
    """A day of the calendar."""

    drawn: ClassVar[str] = "day"

    def parsed(self, text: str) -> str:
        """It, as 2026-12-25; browsers without a calendar leave people to type it their way."""
        own = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
        try:
            return (date(int(own[3]), int(own[2]), int(own[1])) if own else date.fromisoformat(text)).isoformat()
        except ValueError as error:
            raise ValueError("esperado um dia, como 25/12/2026.") from error


@dataclass(frozen=True)
class Pick(Box):
    """One of some values, each with its words."""

    options: tuple[tuple[Any, str], ...]
    drawn: ClassVar[str] = "pick"

    def parsed(self, text: str) -> Any:
        """The one that is chosen."""
        for value, _ in self.options:
            if str(value) == text:
                return value
        raise ValueError("escolha uma das opções.")

    def told(self, value: Any) -> str:
        """Its words."""
        return next((words for one, words in self.options if one == value), str(value))
