"""MK's registrations and contracts as ours: who has several registrations under one CPF is one customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from billing import reading
from billing.reading import Unreadable, words
from billing.records import BlockedFor, Contract, ContractStatus, Customer
from core import phone
from core.document import Document

Said = Mapping[str, Any]
BETWEEN = "+"
"""Stands between the registrations in a customer's ref."""

_REQUEST = ("pedido", "solicita", "viagem", "férias", "ferias", "voluntár", "voluntar")
_WAITING = ("aguard", "pend", "pré", "pre", "anális", "analis")


def customer(said: Said, document: Document, ddd: str) -> Customer:
    """The customer of an answer of WSMKConsultaDoc: the registration at its top and those in `Outros`."""
    every = (said, *reading.rows(said.get("Outros"), "Outros"))
    codes = sorted({int(code(one.get("CodigoPessoa"), "CodigoPessoa")) for one in every})
    return Customer(
        ref=BETWEEN.join(map(str, codes)),
        name=words(said.get("Nome")),
        document=document,
        kind="business" if document.kind == "cnpj" else "residential",
        phones=phone.match_keys(*(words(one.get("Fone")) for one in every), default_ddd=ddd or None),
    )


def contract(
    person: str, customer_ref: str, number: str, about: Said | None, connections: Iterable[Said], debt: tuple[str, ...]
) -> Contract:
    """One contract with its connections; `about` is what MK's list of contracts says of it, None where it says nothing
    because only active ones are listed."""
    own = tuple(connections)
    status, blocked_for = _state(about, own, debt)
    return Contract(
        ref=f"{person}.{number}",
        number=number,
        customer_ref=customer_ref,
        plan=words((about or {}).get("plano_acesso")),
        monthly_fee_cents=0,
        status=status,
        blocked_for=blocked_for,
        address=next((found for one in own if (found := words(one.get("endereco")))), ""),
        pppoe_login=next((found for one in own if (found := words(one.get("username")))), None),
    )


def is_held(connection: Said) -> bool:
    """Whether a connection is blocked, or has its speed reduced: the latter is done for debt only."""
    return reading.yes(connection.get("bloqueada"), "bloqueada") or _is_slow(connection)


def is_held_for_debt(connection: Said, debt: tuple[str, ...]) -> bool:
    """Whether it is held, and by a reason that has one of the words for debt."""
    return is_held(connection) and _reason(connection, debt) == "debt"


def code(value: Any, field: str) -> str:
    """A number of MK's, as text."""
    text = words(value)
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(field)
    return text


def _is_slow(connection: Said) -> bool:
    return reading.yes(connection.get("esta_reduzida"), "esta_reduzida")


def _state(
    about: Said | None, connections: tuple[Said, ...], debt: tuple[str, ...]
) -> tuple[ContractStatus, BlockedFor]:
    said = words((about or {}).get("status_contrato")).lower()
    if about is None or (said and not said.startswith("ativ")):
        return ("pending" if said.startswith(_WAITING) else "cancelled"), "other"
    held = [one for one in connections if is_held(one)]
    return ("blocked", _reason(held[0], debt)) if held else ("active", "debt")


def _reason(connection: Said, debt: tuple[str, ...]) -> BlockedFor:
    if not reading.yes(connection.get("bloqueada"), "bloqueada"):
        return "debt"
    said = words(connection.get("motivo_bloqueio")).lower()
    if any(word in said for word in _REQUEST):
        return "request"
    return "debt" if any(word in said for word in debt) else "other"
