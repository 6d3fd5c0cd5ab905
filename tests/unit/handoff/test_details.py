"""What messages hold besides words is shown as lines, whatever was stored."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.console.details import details_text


@pytest.mark.parametrize(
    ("kind", "details", "lines"),
    [
        ("location", {"name": "Casa", "address": "Rua 1", "latitude": "-23.1", "longitude": "-45.8"}, 3),
        ("location", {"latitude": "-23.1", "longitude": "-45.8"}, 1),
        ("contacts", {"cards": [{"name": "Rui", "phones": [{"phone": "+55 12"}]}, {"name": "", "phones": []}]}, 1),
        ("order", {"items": [{"item": "plano-500", "quantity": "2"}, {}]}, 2),
        ("flow", {"answers": {"nota": "5", "flow_token": "t", "dia": {"de": "seg"}}}, 2),
        ("flow", {"answers": "quebrado"}, 0),
        ("unsupported", {"type": "poll_creation"}, 1),
        ("unsupported", {"type": "unsupported"}, 0),
        ("text", {"anything": 1}, 0),
        ("location", None, 0),
    ],
)
def test_details_are_lines(kind: str, details: Any, lines: int) -> None:
    assert len(details_text(kind, {"details": details}).splitlines()) == lines


def test_details_name_what_a_person_needs() -> None:
    card = {"name": "Rui Prado", "phones": [{"phone": "+55 12 98111-0009", "wa_id": "5512981110009"}]}
    assert details_text("contacts", {"details": {"cards": [card]}}) == "Rui Prado · +55 12 98111-0009"
    assert details_text("order", {"details": {"items": [{"item": "roteador", "quantity": "2"}]}}) == "2 × roteador"
