"""A diagnosis in one line: what an agent tells the customer without reading forty."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handoff.console.line_verdict import LineVerdict, line_verdict

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
MORNING, YESTERDAY = "2026-11-22T10:00:00+00:00", "2026-11-21T23:30:00+00:00"
LIMITS = {"weak_dbm": -27.0, "strong_dbm": -8.0, "olt_weak_dbm": -28.0, "drop_db": 3.0}


def told(**facts: Any) -> LineVerdict:
    return line_verdict({"limits": LIMITS, **facts}, NOW, "America/Sao_Paulo")


def up(rx_dbm: float | None, **more: Any) -> dict[str, Any]:
    return {"read_at": MORNING, "onu_state": "online", "rx_dbm": rx_dbm, "since": MORNING, **more}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"line": up(-21.3)}, "On-line · fibra e sessão boas · luz -21,3 dBm (boa) · desde 07:00"),
        ({"line": up(None)}, "On-line · fibra e sessão boas · desde 07:00"),
        ({"line": up(-28.5)}, "On-line · sinal óptico fraco · luz -28,5 dBm (fraca) · desde 07:00"),
        ({"line": up(-5.0)}, "On-line · sinal óptico fraco · luz -5 dBm (forte demais) · desde 07:00"),
        (
            {"line": up(-21.0, olt_rx_dbm=-30.0)},
            "On-line · sinal óptico fraco · luz -21 dBm (fraca na OLT) · desde 07:00",
        ),
        (
            {"line": {"read_at": MORNING, "onu_state": "los", "since": YESTERDAY}},
            "Off-line · sem luz na fibra · desde ontem 20:30",
        ),
        ({"line": {"error": "unreachable", "tried_at": MORNING}}, "Não deu para medir a ONU"),
        (
            {"line": up(-21.0, since=None), "access": {"read_at": MORNING, "sessions": [{"since": YESTERDAY}]}},
            "On-line · fibra e sessão boas · luz -21 dBm (boa) · desde ontem 20:30",
        ),
        (
            {"line": up(-21.0), "access": {"read_at": MORNING, "blocked": True}},
            "On-line · sinal ainda bloqueado na rede · luz -21 dBm (boa) · desde 07:00",
        ),
    ],
)
def test_verdict_says_state_cause_light_and_since_when(facts: dict[str, Any], words: str) -> None:
    shown = told(**facts)
    assert shown.words == words
    assert shown.good == ("fibra e sessão boas" in words)
