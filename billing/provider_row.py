"""The provider and its billing policies, read from the one row that a person may edit."""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.billing_terms import BillingTerms, billing_terms
from billing.provider import Provider, Size
from billing.trust_unlock import Policy
from core.db import Database
from core.document import parse_document
from core.errors import Misconfigured
from models.provider import Provider as ProviderRow

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
    terms: dict[str, Any] = row.policies.get("trust_unlock") or {}
    try:
        return Policy(**terms)
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.trust_unlock: {error}") from error


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
