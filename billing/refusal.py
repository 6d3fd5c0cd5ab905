"""Why an ERP said no, in its own words without what is personal in them, and which of our reasons that is."""

from __future__ import annotations

import re
from typing import Any

from billing.reading import words
from core.errors import Refused
from core.masking import mask_personal_data

_LOGIN = re.compile(r"\b(login|usu[áa]rio|senha|pppoe)\b\s*[:=]?\s*\S+", re.IGNORECASE)
_USED = re.compile(
    r"quantidade permitida|limite|j[áa] (foi )?(utilizad|usad|realizad|solicitad|liberad|desbloquead)", re.I
)
_NOT_BLOCKED = re.compile(r"adimplente|em dia|n[ãa]o (est[áa]|se encontra) (suspens|bloquead)|sem t[íi]tulos? em", re.I)
_NOTHING_THERE = re.compile(r"nada|nenhum|n[ãa]o (foi |foram )?(encontrad|localizad|possui|existe)|sem registro", re.I)
LONGEST = 200


def in_words(message: Any) -> str:
    """The first line of a message for a person to read: documents, phones and logins hidden, at most LONGEST long."""
    first = str(message or "").strip().partition("\n")[0]
    return mask_personal_data(_LOGIN.sub(r"\1 ***", words(first)))[:LONGEST]


def found_nothing(message: Any) -> bool:
    """Whether the message says that there is nothing like what was looked for."""
    return bool(_NOTHING_THERE.search(words(message)))


def of_unlock(message: Any) -> Refused:
    """The refusal of a trust unlock: `already_used`, `not_blocked` or else `not_eligible`."""
    text = words(message)
    code = "already_used" if _USED.search(text) else "not_blocked" if _NOT_BLOCKED.search(text) else "not_eligible"
    return Refused(code, in_words(message))
