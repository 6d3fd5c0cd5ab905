"""What a customer's message holds besides words (a place, cards, an order, a form's answers), as lines of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any


def details_text(kind: str, payload: Mapping[str, Any]) -> str:
    """The lines, or nothing for kinds that are all words. Takes whatever was stored."""
    details = payload.get("details")
    describe = _KINDS.get(kind)
    return "\n".join(filter(None, describe(details))) if describe and isinstance(details, Mapping) else ""


def _place(details: Mapping[str, Any]) -> list[str]:
    where = [str(details[name]) for name in ("latitude", "longitude") if details.get(name)]
    return [str(details.get("name", "")), str(details.get("address", "")), ", ".join(where)]


def _cards(details: Mapping[str, Any]) -> list[str]:
    return [
        " · ".join(filter(None, (str(card.get("name", "")), *(str(one["phone"]) for one in card.get("phones", ())))))
        for card in details.get("cards", ())
    ]


def _order(details: Mapping[str, Any]) -> list[str]:
    return [f"{line.get('quantity') or 1} × {line.get('item') or '?'}" for line in details.get("items", ())]


def _answers(details: Mapping[str, Any]) -> list[str]:
    answers = details.get("answers")
    if not isinstance(answers, Mapping):
        return []
    # The token only says which form it was.
    return [f"{name}: {_plain(value)}" for name, value in answers.items() if name != "flow_token"]


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _odd(details: Mapping[str, Any]) -> list[str]:
    return [f"Tipo informado: {details['type']}"] if details.get("type") not in {None, "", "unsupported"} else []


_KINDS: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "location": _place,
    "contacts": _cards,
    "order": _order,
    "flow": _answers,
    "unsupported": _odd,
}
