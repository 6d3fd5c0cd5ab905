"""Forms that are made from the fields of a frozen dataclass: what each shows, and what was typed as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request

from billing.open_hours import Hours
from handoff.console.admin.boxes import LONGEST, Flag, Kind, Number, Senseless, Text, Whole, Words
from handoff.console.admin.rows import kept_or_read


@dataclass(frozen=True)
class Field:
    """A field: what it is called, what it may hold, what it holds now, and what it would without a change."""

    name: str
    title: str
    kind: Kind
    value: Any
    plain: Any

    @property
    def at(self) -> str:
        """What its boxes are called, or begin with."""
        return f"field-{self.name}"

    @property
    def boxes(self) -> dict[str, str]:
        """Its boxes, as the form shows them."""
        return self.kind.boxes(self.at, self.value)

    @property
    def plainly(self) -> str:
        """What it would be without a change, in words."""
        return self.kind.told(self.plain)


def fields_of(
    plain: Any,
    given: Mapping[str, Any],
    titles: Mapping[str, str] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    leave: Sequence[str] = (),
) -> list[Field]:
    """The fields of `plain` (an instance with the defaults), each with what is `given` or its default. What `kinds`
    leaves out is of the kind that its default tells."""
    found = []
    for item in fields(plain):
        if item.name not in leave:
            default = as_json(getattr(plain, item.name))
            kind = (kinds or {}).get(item.name) or _kind(item.name, default)
            title = (titles or {}).get(item.name, item.name)
            found.append(Field(item.name, title, kind, given.get(item.name, default), default))
    return found


def boxes_of(known: Sequence[Field]) -> dict[str, str]:
    """All boxes of a form, as it shows them."""
    return {name: text for item in known for name, text in item.boxes.items()}


def typed_boxes() -> dict[str, str]:
    """All boxes of the form that was sent, as they were filled in."""
    return {
        name: text.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST]
        for name, text in request.form.items()
        if name.startswith("field-")
    }


def typed_fields(known: Sequence[Field], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as JSON values by field. Raises Senseless naming the field."""
    read = {}
    for item in known:
        try:
            read[item.name] = kept_or_read(item.kind, item.at, typed, item.value)
        except Senseless as error:
            raise error.within(item.title) from error
    return read


def as_json(value: Any) -> Any:
    """A value of a policy as JSON has it."""
    if isinstance(value, Hours):
        return [value.start, value.end]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_json(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [as_json(one) for one in value]
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    return str(value) if isinstance(value, Decimal | date) else value


def _kind(name: str, default: Any) -> Kind:
    plain: Mapping[type, Kind] = {bool: Flag(), int: Whole(), float: Number(), str: Text(), list: Words()}
    if type(default) not in plain:
        raise TypeError(f"{name}: nobody said of what kind it is")
    return plain[type(default)]
