"""The provider and its billing policies, read from the one row that a person may edit."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.billing_terms import BillingTerms, billing_terms
from billing.provider import Provider, Size
from billing.settlement import Settlement
from billing.trust_unlock import Policy
from billing.unlock_end import EndTerms
from core.db import Database
from core.document import parse_document
from core.errors import Misconfigured
from models.provider import Provider as ProviderRow

Terms = TypeVar("Terms")

# Built once: it is read for every turn.
_THE_ROW = select(ProviderRow).order_by(ProviderRow.id).limit(1)


def load_provider(db: Database) -> Provider:
    """The provider, as it stands now. Raises Misconfigured `provider`: no row, or a wrong one."""
    with db.reading() as session:
        return provider_of(provider_row(session))


def load_policy(db: Database) -> Policy:
    """The terms of trust unlocks, as it stands now. Raises Misconfigured `provider` as above."""
    with db.reading() as session:
        return policy_of(provider_row(session))


def load_billing(db: Database) -> BillingTerms:
    """How the local ERP bills, as it stands now. Raises Misconfigured `provider` as above."""
    with db.reading() as session:
        return billing_of(provider_row(session))


def provider_row(session: Session) -> ProviderRow:
    """The provider's row, for whoever needs several settings of it at once. Raises Misconfigured `provider`."""
    row = session.scalars(_THE_ROW).one_or_none()
    if row is None:
        raise Misconfigured("provider", "nenhum provedor cadastrado: execute seed-demo ou cadastre o seu")
    return row


def provider_of(row: ProviderRow) -> Provider:
    """The row as a value; `boleto_bank` and `support_phone` are policies. Raises Misconfigured `provider`."""
    cnpj = parse_document(row.cnpj)
    if cnpj is None or cnpj.kind != "cnpj":
        raise Misconfigured("provider", "o CNPJ não é válido")
    return Provider(
        name=row.name,
        cnpj=cnpj,
        city=row.city,
        state=row.state,
        timezone=row.timezone,
        pix_key=row.pix_key,
        boleto_bank=row.policies.get("boleto_bank") or None,
        size=_size(row.size),
        support_phone=row.policies.get("support_phone") or None,
    )


def policy_of(row: ProviderRow) -> Policy:
    """The policy `trust_unlock` of the row; what it leaves out is as in Policy. Raises Misconfigured `provider`."""
    return terms_of(row, "trust_unlock", Policy)


def end_terms_of(row: ProviderRow) -> EndTerms:
    """The policy `unlock_end`, as above."""
    return terms_of(row, "unlock_end", EndTerms)


def settlement_of(row: ProviderRow) -> Settlement:
    """The policy `settlement`, as above."""
    return terms_of(row, "settlement", Settlement)


def terms_of(row: ProviderRow, name: str, kind: type[Terms]) -> Terms:
    """The policy `name` as a dataclass whose fields all have defaults. Raises Misconfigured `provider`, naming what is
    unknown, of another type than its default, or without sense."""
    given = row.policies.get(name) or {}
    try:
        if not isinstance(given, dict):
            raise TypeError("esperado um objeto JSON")
        return kind(**{key: _typed(key, value, getattr(kind(), key, None)) for key, value in given.items()})
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.{name}: {error}") from error


def _typed(key: str, value: Any, default: Any) -> Any:
    """A value of JSON as a field with this default wants it."""
    if default is None:
        raise TypeError(f"{key} não existe")
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(value)
    if type(value) is not type(default):
        raise TypeError(f"{key}: esperado {type(default).__name__}, não {value!r}")
    return value


def billing_of(row: ProviderRow) -> BillingTerms:
    """The policy `billing` of the row; what it leaves out is as in BillingTerms. Raises Misconfigured `provider`."""
    try:
        return billing_terms(row.policies.get("billing") or {})
    except ValueError as error:
        raise Misconfigured("provider", f"policies.billing: {error}") from error


def _size(text: str) -> Size:
    sizes: tuple[Size, ...] = get_args(Size)
    for size in sizes:
        if size == text:
            return size
    raise Misconfigured("provider", f"size: esperado um de {', '.join(sizes)}")
