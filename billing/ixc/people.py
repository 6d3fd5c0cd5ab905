"""IXC's customers and contracts as ours: of a customer's record only what is named here is ever looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing import reading
from billing.reading import words
from billing.records import BlockedFor, Contract, ContractStatus, Customer, Plan
from core import phone

Row = Mapping[str, Any]
PHONES = ("telefone_celular", "whatsapp", "fone", "telefone_comercial")
_ENDED = frozenset({"I", "D", "N"})
_ACCESS: dict[str, tuple[ContractStatus, BlockedFor]] = {
    "A": ("active", "debt"),
    "CM": ("blocked", "other"),
    "CA": ("blocked", "debt"),
    "AA": ("pending", "other"),
    "D": ("cancelled", "other"),
}


def customer(row: Row, ddd: str) -> Customer | None:
    """The customer, or None where the record has no valid CPF or CNPJ: such a one can't be recognised by anybody."""
    document = reading.document(row.get("cnpj_cpf"))
    if document is None:
        return None
    business = words(row.get("tipo_pessoa")).upper() == "J" or document.kind == "cnpj"
    return Customer(
        ref=words(row.get("id")),
        name=words(row.get("razao")) or words(row.get("fantasia")),
        document=document,
        kind="business" if business else "residential",
        phones=phone.match_keys(*(words(row.get(name)) for name in PHONES), default_ddd=ddd or None),
    )


def contract(row: Row, owner: Row, plan: Plan | None, login: str | None, late_is_blocked: bool) -> Contract:
    """One contract of `owner`; where it has no address of its own, the customer's is meant."""
    status, blocked_for = _state(row, late_is_blocked)
    own = words(row.get("endereco")) and words(row.get("endereco_padrao_cliente")).upper() != "S"
    return Contract(
        ref=f"{words(owner.get('id'))}.{words(row.get('id'))}",
        number=words(row.get("id")),
        customer_ref=words(owner.get("id")),
        plan=words(row.get("contrato")) or (plan.name if plan else ""),
        monthly_fee_cents=plan.price_cents if plan else 0,
        status=status,
        blocked_for=blocked_for,
        address=_address(row if own else owner),
        pppoe_login=login,
    )


def plan(row: Row) -> Plan:
    """A plan of `vd_contratos`."""
    price = reading.optional_amount(row.get("valor_contrato"), "valor_contrato")
    return Plan(ref=words(row.get("id")), name=words(row.get("nome")), price_cents=price)


def is_ended(row: Row) -> bool:
    """Whether the contract is over: inactive, given up, or ended and with the credit bureau."""
    return words(row.get("status")).upper() in _ENDED


def _state(row: Row, late_is_blocked: bool) -> tuple[ContractStatus, BlockedFor]:
    whole, access = words(row.get("status")).upper(), words(row.get("status_internet")).upper()
    if is_ended(row):
        return "cancelled", "other"
    if whole == "P":
        return "pending", "other"
    if access == "FA":
        return ("blocked" if late_is_blocked else "active"), "debt"
    # What is not known is not called active, and nobody is promised that paying mends it.
    return _ACCESS.get(access, ("blocked", "other"))


def _address(row: Row) -> str:
    parts = (words(row.get(name)) for name in ("endereco", "numero", "complemento", "bairro"))
    return ", ".join(part for part in parts if part)
