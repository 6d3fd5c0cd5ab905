"""Who may see and do what with the provider's money: one table of deeds and of the people who may do them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from handoff.access import Attendant
from handoff.queues import BILLING, COLLECTIONS

Kind = Literal["finance", "collections", "supervisor", "admin"]
Deed = Literal[
    "money.see",
    "agreement.decide",
    "invoice.hold",
    "proof.decide",
    "payment.assign",
    "money.compare",
    "base.import",
]

_OFFICE: frozenset[Kind] = frozenset({"finance", "supervisor", "admin"})
_DESK: frozenset[Kind] = _OFFICE | {"collections"}

PERMITS: Mapping[Deed, frozenset[Kind]] = {
    "money.see": _DESK,
    "agreement.decide": _OFFICE,
    "invoice.hold": _DESK,
    "proof.decide": _DESK,
    "payment.assign": _DESK,
    "money.compare": _DESK,
    "base.import": frozenset({"supervisor", "admin"}),
}


def kind_of(who: Attendant) -> Kind | None:
    """Agents of the queue Financeiro are `finance`, of Cobrança alone `collections`; None for everybody without money
    to see to."""
    if who.role == "agent":
        return "finance" if BILLING in who.queues else "collections" if COLLECTIONS in who.queues else None
    kinds: dict[str, Kind] = {"supervisor": "supervisor", "admin": "admin"}
    return kinds.get(who.role)


def may(who: Attendant, deed: Deed) -> bool:
    """Whether they may."""
    return kind_of(who) in PERMITS[deed]
