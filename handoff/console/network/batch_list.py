"""What people paste or upload to release or block many: contract numbers and logins, looked up before anything."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.contract import Contract
from provisioning.action import BLOCK_SIGNAL
from provisioning.ports import Target

MOST = 20_000
MOST_BYTES = 2_000_000
_LOOKED_UP_AT_ONCE = 1000


@dataclass(frozen=True)
class Found:
    """`targets` are the contracts to act on, `already` how many of them the customer base has like that by now;
    `unknown` what no contract has, `cancelled` contracts that are no more, `ambiguous` what may mean several."""

    targets: tuple[Target, ...] = ()
    numbers: tuple[str, ...] = ()
    already: int = 0
    unknown: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    too_many: bool = False


def typed_names(text: str) -> list[str]:
    """Every contract number and login in a pasted text, separated by anything that is in none of them."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text.replace("\x00", "")) if part))


def filed_names(content: bytes) -> list[str]:
    """The first column of a CSV file (comma, semicolon or tab; UTF-8 or Windows-1252), without a heading."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    lines = text.replace("\x00", "").splitlines()
    mark = next((mark for mark in (";", "\t") if lines and mark in lines[0]), ",")
    names = [row[0].strip() for row in csv.reader(lines, delimiter=mark) if row and row[0].strip()]
    heading = names[0].casefold() if names else ""
    return names[1:] if any(word in heading for word in ("contrat", "login", "pppoe", "número", "numero")) else names


def look_up(session: Session, names: Sequence[str], action: str) -> Found:
    """The contracts of those numbers and logins; nothing is done to one whose name may mean another as well."""
    if len(names) > MOST:
        return Found(too_many=True)
    wanted_status = "blocked" if action == BLOCK_SIGNAL else "active"
    meant = _meant(session, names)
    ambiguous = {name for name, rows in meant.items() if len(rows) > 1 and _living(rows)}
    found = {row.ref: row for name, rows in meant.items() if name not in ambiguous for row in rows}
    alive = _living(list(found.values()))
    return Found(
        targets=tuple(Target(row.ref, row.pppoe_login, row.olt, row.pon, row.cto, row.onu) for row in alive),
        numbers=tuple(row.number for row in alive),
        already=sum(row.status == wanted_status for row in alive),
        unknown=tuple(name for name, rows in meant.items() if not rows),
        cancelled=tuple(row.number for row in found.values() if row.status == "cancelled"),
        ambiguous=tuple(name for name in meant if name in ambiguous),
    )


def _meant(session: Session, names: Sequence[str]) -> dict[str, list[Contract]]:
    """For each name, as they were given, the contracts that it may mean."""
    numbers, logins = defaultdict[str, list[Contract]](list), defaultdict[str, list[Contract]](list)
    for start in range(0, len(names), _LOOKED_UP_AT_ONCE):
        part = names[start : start + _LOOKED_UP_AT_ONCE]
        wanted = select(Contract).where(or_(Contract.number.in_(part), Contract.pppoe_login.in_(part)))
        for row in session.scalars(wanted.order_by(Contract.id)):
            numbers[row.number].append(row)
            logins[row.pppoe_login].append(row)
    return {name: _either(numbers[name], logins[name]) for name in names}


def _either(numbered: list[Contract], called: list[Contract]) -> list[Contract]:
    """A number comes before a login, unless that login is in use; a cancelled contract has neither any longer where
    another has it."""
    first = _living(numbered) or numbered
    also = _living(called) or ([] if first else called)
    return list({row.ref: row for row in (*first, *also)}.values())


def _living(rows: list[Contract]) -> list[Contract]:
    return [row for row in rows if row.status != "cancelled"]
