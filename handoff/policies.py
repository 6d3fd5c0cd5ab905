"""The provider's policies: what each may hold, what it is without, and how a change is proved before it holds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.billing_terms import BillingTerms
from billing.charge_terms import ChargeTerms
from billing.collections_policy import CollectionsPolicy, collecting_of
from billing.negotiation import NegotiationPolicy, read_policy
from billing.provider import Contacts
from billing.provider_row import billing_of, terms_of
from billing.settlement import Settlement
from billing.trust_unlock import Policy as TrustUnlock
from billing.unlock_end import EndTerms
from billing.wish_terms import WishTerms, wish_terms_of
from core.errors import Misconfigured
from handoff.assignment.terms import DeskTerms
from handoff.drift import Margin, margin_of
from handoff.life.terms import POLICY as LIFE
from handoff.life.terms import LifeTerms
from handoff.login.terms import AccessTerms
from handoff.reports.terms import Targets
from handoff.routing.terms import Routing
from handoff.satisfaction.terms import Satisfaction
from models.provider import Provider
from provisioning.approval import ApprovalTerms
from provisioning.onu_template import OnuTerms
from provisioning.optical_limits import OpticalTerms
from provisioning.outages.limits import Limits, limits_of
from provisioning.outages.watch_terms import POLICY as WATCH
from provisioning.outages.watch_terms import WatchTerms

Check = Callable[[Provider], object]


@dataclass(frozen=True)
class Policy:
    """One policy. `kind` is a frozen dataclass whose fields all have defaults; `check` reads it from the provider's row
    as whoever goes by it does, and raises ValueError or Misconfigured for what makes no sense. The fields of a `flat`
    one stand in the row by themselves."""

    name: str
    title: str
    kind: type[Any]
    check: Check
    flat: bool = False

    @property
    def source(self) -> str:
        """What its fields mean and where their defaults come from, in the words of the code."""
        return inspect.getdoc(self.kind) or ""

    @property
    def keys(self) -> frozenset[str]:
        """Where it stands among the policies of the row."""
        return frozenset(item.name for item in fields(self.kind)) if self.flat else frozenset({self.name})

    def given(self, policies: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says of it."""
        if self.flat:
            return {key: policies[key] for key in self.keys if policies.get(key)}
        return dict(policies.get(self.name) or {})


def _plain(name: str, title: str, kind: type[Any]) -> Policy:
    return Policy(name, title, kind, partial(terms_of, name=name, kind=kind))


def _read(row: Provider, *, name: str, kind: type[Any]) -> object:
    return kind(**(row.policies.get(name) or {}))


def _read_contacts(row: Provider) -> Contacts:
    return Contacts(row.policies.get("support_phone") or "")


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        _plain("access", "Entrada no console", AccessTerms),
        _plain("desk", "Presença, distribuição e etiquetas", DeskTerms),
        _plain("routing", "Filas e espera", Routing),
        _plain(LIFE, "Testes e mensagens agendadas", LifeTerms),
        _plain("satisfaction", "Pesquisa de satisfação", Satisfaction),
        _plain("reports", "Metas do funil", Targets),
        _plain("trust_unlock", "Liberação em confiança", TrustUnlock),
        _plain("unlock_end", "Fim da liberação em confiança", EndTerms),
        _plain("settlement", "Baixa de pagamentos", Settlement),
        Policy("billing", "Faturamento mensal", BillingTerms, billing_of),
        Policy("charges", "Multa e juros dos boletos", ChargeTerms, partial(_read, name="charges", kind=ChargeTerms)),
        Policy("collections", "Régua de cobrança", CollectionsPolicy, partial(collecting_of, local=True)),
        Policy("negotiation", "Negociação de dívidas", NegotiationPolicy, lambda row: read_policy(row.policies)),
        Policy("wishes", "Pedidos que esperam o ERP", WishTerms, wish_terms_of),
        Policy("outages", "Quedas e avisos", Limits, lambda row: limits_of(row.policies, row.size)),
        _plain("network", "Aprovações na rede", ApprovalTerms),
        Policy("onu", "Configuração de ONUs", OnuTerms, partial(_read, name="onu", kind=OnuTerms)),
        Policy("optical", "Limites da luz na fibra", OpticalTerms, partial(_read, name="optical", kind=OpticalTerms)),
        _plain(WATCH, "Aviso de que a conexão voltou", WatchTerms),
        Policy("contacts", "Contato nas faturas", Contacts, _read_contacts, flat=True),
        Policy("drift", "Alerta de compreensão do robô", Margin, lambda row: margin_of(row.policies)),
    )
}


def without_page(policies: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the row and is none of these: nobody changes it in the console."""
    known = frozenset[str]().union(*(policy.keys for policy in POLICIES.values()))
    return {key: value for key, value in sorted(policies.items()) if key not in known}


def change_policy(session: Session, name: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Writes the policy of that name, once the reader of each one accepts the row as it would be; what it was and what
    it is. Raises Misconfigured with what is wrong, and where there is no provider yet."""
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1).with_for_update()).one_or_none()
    if row is None:
        raise Misconfigured("provider", "nenhum provedor cadastrado")
    policy = POLICIES[name]
    before = policy.given(row.policies)
    others = {key: value for key, value in row.policies.items() if key not in policy.keys}
    own = dict(values) if policy.flat else {name: dict(values)}
    row.policies = {**others, **own} if values else others
    try:
        policy.check(row)
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", str(error)) from error
    session.flush()
    return before, dict(values)
