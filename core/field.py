"""One thing that a connection needs to be told: by its name in a form, a command or a setting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """`label` and `about` are Portuguese, for the person who fills it in. A secret is never shown again."""

    name: str
    label: str
    required: bool = True
    secret: bool = False
    default: str = ""
    about: str = ""


def fill_in(fields: Iterable[Field], given: Mapping[str, str]) -> dict[str, str]:
    """The given texts with the defaults of what was left out, under the names of `fields` only.

    Raises ValueError, in Portuguese, naming everything that is missing and everything that nobody asked for.
    """
    known = {field.name: field for field in fields}
    filled = {name: (given.get(name) or "").strip() or field.default for name, field in known.items()}
    missing = [name for name, field in known.items() if field.required and not filled[name]]
    foreign = sorted(given.keys() - known.keys())
    problems = [f"falta {', '.join(missing)}"] * bool(missing) + [f"não existe {', '.join(foreign)}"] * bool(foreign)
    if problems:
        raise ValueError("; ".join(problems))
    return filled


def read_options(fields: Iterable[Field], text: str) -> dict[str, str]:
    """A JSON object with a text for each field, as a setting holds it, filled in as by `fill_in`.

    Raises ValueError, in Portuguese, which shows nothing of the values: there may be secrets among them.
    """
    try:
        given = json.loads(text or "{}")
    except ValueError:
        raise ValueError("não é JSON") from None
    if not isinstance(given, dict) or not all(isinstance(value, str | int | bool) for value in given.values()):
        raise ValueError("esperado um objeto JSON com um texto por campo")
    return fill_in(fields, {name: str(value) for name, value in given.items()})
