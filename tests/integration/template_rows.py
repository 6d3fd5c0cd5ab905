"""Templates as the channel approved them, for tests: one line each."""

from __future__ import annotations

from typing import Any

from core.db import Database
from models.channel_template import ChannelTemplate

REOPEN = [
    {
        "type": "BODY",
        "text": "Oi, {{1}}! Temos uma resposta sobre o seu atendimento {{2}}. Podemos continuar por aqui?",
    },
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Continuar", "id": "intent:greet"}]},
]


def a_template(db: Database, purpose: str = "reopen", **more: Any) -> int:
    """An approved template of a purpose; its id."""
    values = {
        "channel": "whatsapp",
        "name": f"{purpose}_1a2b3c4d",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "category_expected": "UTILITY",
        "components": REOPEN,
        "variables": ["name", "protocol"],
        **more,
    }
    with db.transaction() as session:
        row = ChannelTemplate(purpose=purpose, **values)
        session.add(row)
        session.flush()
        return row.id
