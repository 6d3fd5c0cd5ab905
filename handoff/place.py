"""Where somebody says to be: a point on the map and its name, read from a location message."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Degrees, and the name or address that came with them, which may be empty."""

    latitude: float
    longitude: float
    name: str = ""

    @property
    def coordinates(self) -> str:
        """`-23.18640,-45.88410`: about a metre."""
        return f"{self.latitude:.5f},{self.longitude:.5f}"

    @property
    def words(self) -> str:
        """The name with its coordinates, for people to read."""
        return f"{self.name} ({self.coordinates})" if self.name else self.coordinates


def place_in(raw: Mapping[str, Any]) -> Place | None:
    """The place in a message as Meta or Twilio wrote it; None where there is none that can be on a map."""
    said = raw.get("location")
    given = said if isinstance(said, Mapping) else raw
    point = _degrees(given, "latitude", 90), _degrees(given, "longitude", 180)
    if point[0] is None or point[1] is None:
        return None
    names = dict.fromkeys(_text(given, key) for key in ("name", "label", "address"))
    return Place(point[0], point[1], ", ".join(filter(None, names)))


def _text(given: Mapping[str, Any], key: str) -> str:
    return str(given.get(key) or given.get(key.capitalize()) or "").strip()[:200]


def _degrees(given: Mapping[str, Any], key: str, limit: float) -> float | None:
    value: Any = given.get(key, given.get(key.capitalize()))
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) <= limit else None
