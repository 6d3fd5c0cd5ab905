"""Values from outside, made fit for rows: what no row can hold is taken out before anybody looks at it."""

from __future__ import annotations

import math
from typing import Any

# WhatsApp's own names have fewer than 200 characters; a longer one is no name, and no index could hold it.
LONGEST_NAME = 400


def name_of(value: Any) -> str:
    """A channel's name for a person or a message as text; empty where there is none or it cannot be one."""
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return name if len(name) <= LONGEST_NAME else ""


# No channel nests anything like as deeply; what lies below is cut off instead of losing all that came with it.
DEEPEST = 60


def clean(value: Any, depth: int = 0) -> Any:
    """The same JSON value without what PostgreSQL cannot store: null characters, halves of surrogate pairs, NaN."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if depth > DEEPEST and isinstance(value, dict | list):
        return "(too deep)"
    if isinstance(value, dict):
        return {clean(str(key)): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    return value


def words(value: Any) -> str:
    """Text that was meant as text (a number counts); anything else is none."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
