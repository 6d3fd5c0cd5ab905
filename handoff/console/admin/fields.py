"""Forms that are made from the fields of a frozen dataclass: what each shows, and what was typed as JSON values."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_type_hints

from flask import request

from billing.open_hours import Hours

Kind = Literal["bool", "int", "text", "list", "json"]
LONGEST = 20_000
LARGEST, LARGEST_CENTS = 500_000, 10**9
"""Whatever a number counts (days, too), a moment with it added or taken off is a date still."""


class Senseless(ValueError):
    """What was typed into a field is not of its kind; the text says so, in Portuguese."""


@dataclass(frozen=True)
class Field:
    """A field. `value` is what the box holds, `plain` what it would be without a change; `options` are all that it may
    be, anything where there are none."""

    name: str
    title: str
    kind: Kind
    value: str
    plain: str
    options: tuple[str, ...] = ()


def fields_of(
    plain: Any,
    given: Mapping[str, Any],
    titles: Mapping[str, str] | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
    leave: Sequence[str] = (),
) -> list[Field]:
    """The fields of `plain` (an instance with the defaults), each with what is `given` or its default."""
    found = []
    for item in fields(plain):
        if item.name in leave:
            continue
        default = as_json(getattr(plain, item.name))
        kind: Kind = "json" if _of_records(plain, item.name) else _kind(default)
        found.append(
            Field(
                item.name,
                (titles or {}).get(item.name, item.name),
                kind,
                _shown(given.get(item.name, default), kind),
                _shown(default, kind),
                tuple((options or {}).get(item.name, ())),
            )
        )
    return found


def typed_fields(known: Sequence[Field], plain: Any = None) -> dict[str, Any]:
    """What was typed, as JSON values, without what is as in `plain` (if any). Raises Senseless naming the field."""
    read = {}
    for item in known:
        value = _read(item, request.form.get(f"field-{item.name}", "").replace("\x00", "").strip()[:LONGEST])
        if plain is None or value != as_json(getattr(plain, item.name)):
            read[item.name] = value
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


def _of_records(plain: Any, name: str) -> bool:
    """Whether the field lists dataclasses: one that is empty by default looks like a list of words."""
    inner = get_args(get_type_hints(type(plain)).get(name))
    return bool(inner) and is_dataclass(inner[0])


def _kind(default: Any) -> Kind:
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, int):
        return "int"
    if isinstance(default, str):
        return "text"
    return "list" if isinstance(default, list) and all(isinstance(one, str) for one in default) else "json"


def _shown(value: Any, kind: Kind) -> str:
    if kind == "bool":
        return "1" if value else ""
    if kind == "list" and isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value) if kind in ("int", "text") else json.dumps(value, ensure_ascii=False)


def _read(item: Field, typed: str) -> Any:
    if item.options and typed not in item.options:
        raise Senseless(f"{item.title}: escolha uma das opções.")
    if item.kind == "bool":
        return typed == "1"
    if item.kind in ("text", "list"):
        value: Any = typed.replace("\r\n", "\n")
    else:
        try:
            value = json.loads(typed)
        except (ValueError, RecursionError) as error:
            why = "esperado um número inteiro." if item.kind == "int" else _where(error)
            raise Senseless(f"{item.title}: {why}") from error
    if item.kind == "int" and type(value) is not int:
        raise Senseless(f"{item.title}: esperado um número inteiro.")
    if problem := _unkept(value, LARGEST_CENTS if item.name.endswith("_cents") else LARGEST):
        raise Senseless(f"{item.title}: {problem}")
    if item.kind == "list":
        return list(dict.fromkeys(part.strip() for part in value.replace("\n", ",").split(",") if part.strip()))
    return value


def _unkept(value: Any, largest: int, levels: int = 20) -> str:
    """Why nobody could keep the value or reckon with it, wherever in it that stands; empty where they can."""
    if isinstance(value, str):
        strange = (char for char in value if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs"))
        return "há um caractere que não se vê. Apague-o e digite de novo." if any(strange) else ""
    if isinstance(value, Mapping | list) and not levels:
        return "há listas dentro de listas demais."
    if isinstance(value, Mapping):
        limits = {name: LARGEST_CENTS if name.endswith("_cents") else largest for name in value}
        found = (_unkept(name, 0) or _unkept(one, limits[name], levels - 1) for name, one in value.items())
        return next(filter(None, found), "")
    if isinstance(value, list):
        return next(filter(None, (_unkept(one, largest, levels - 1) for one in value)), "")
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= largest):
        return f"esperado um número até {largest}."
    return ""


def _where(error: Exception) -> str:
    at = f" (posição {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else ""
    return f"não dá para ler o valor como JSON{at}. Textos vão entre aspas, listas entre colchetes."
