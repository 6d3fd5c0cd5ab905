"""Who can hold a simulated phone: a person, the phone of that person, and how WhatsApp names it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass(frozen=True)
class Person:
    """Somebody the demonstration can be: name, WhatsApp id (digits with country code) and a line about the case.

    With `hides_number` the webhooks carry no phone number, only the business-scoped user id, as for people who
    adopted a username.
    """

    name: str
    wa_id: str
    note: str = ""
    hides_number: bool = False


@dataclass(frozen=True)
class Phone:
    """A simulated phone. `user_id` is its business-scoped id; `typing_until` is in Unix seconds."""

    wa_id: str
    user_id: str
    name: str
    note: str = ""
    hides_number: bool = False
    typing_until: float = 0.0


def phone_of(row: Any) -> Phone:
    """The phone in a row of the simulator's file."""
    hides = bool(row["hides_number"])
    return Phone(row["wa_id"], row["user_id"], row["name"], row["note"], hides, row["typing_until"])


def user_id_of(wa_id: str) -> str:
    """A stable business-scoped user id for a number: country letters, a dot, digits."""
    number = int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:7], "big")
    return f"BR.{number:017d}"


def spellings(number: str) -> tuple[str, ...]:
    """The number first, then its Brazilian twin with or without the ninth digit, where a mobile has one."""
    if number.startswith("55") and len(number) == 13 and number[4] == "9":
        return number, number[:4] + number[5:]
    if number.startswith("55") and len(number) == 12 and number[4] in "6789":
        return number, number[:4] + "9" + number[4:]
    return (number,)


def typed_number(text: str) -> str | None:
    """The WhatsApp id meant by a number typed by hand ("(12) 98111-0001", "+55 12..."), or None."""
    digits = re.sub(r"\D", "", text)
    if not text.strip().startswith("+") and len(digits) in (10, 11):
        digits = f"55{digits}"
    return digits if 11 <= len(digits) <= 15 else None
