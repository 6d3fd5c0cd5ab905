"""What an agent asked the systems outside for, how it stands, and what may be asked for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.dates import format_date, format_when, local_date
from handoff.access import Attendant
from handoff.console.network.moments import as_typed
from handoff.console.ports import House
from handoff.console.wording import moment, waited
from handoff.desk_jobs import PERIODS
from handoff.outcome import Denied
from handoff.permits import may
from handoff.subject import proved_subject
from handoff.visits import agreed_for, open_visits
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.desk_job import DeskJob
from models.device import Device
from models.erp_health import ErpHealth

SHOWN = 4
TITLES = {"second_copy": "Segunda via", "ticket": "Chamado", "visit": "Visita"}
STATES = {
    "asked": ("tag-wait", "pedida"),
    "running": ("tag-wait", "em andamento"),
    "done": ("tag-active", "feita"),
    "refused": ("tag-bad", "não feita"),
    "unknown": ("tag-bad", "em dúvida"),
}


@dataclass(frozen=True)
class Work:
    """A job of these in words."""

    title: str
    mark: str
    state: str
    outcome: str
    when: str


@dataclass(frozen=True)
class VisitLine:
    """A visit that nobody has seen the end of. `wished` is what the customer prefers, `agreed` what they were told,
    empty before that; `typed` is the same for the form's field."""

    id: int
    wished: str
    agreed: str
    typed: str


@dataclass(frozen=True)
class DeskCard:
    """`stale` says how old what is shown of the customer is while the ERP is away; `wifi` why the Wi-Fi cannot be
    changed from here, empty where it can."""

    jobs: tuple[Work, ...]
    visits: tuple[VisitLine, ...]
    contract: str
    today: date
    periods: Mapping[str, str]
    may_wifi: bool
    wifi: str
    stale: str


def read_desk(
    session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime, *, vault: bool
) -> DeskCard:
    """The card of the conversation's buttons. `vault`: whether secrets can be kept."""
    rows = session.scalars(
        select(DeskJob).where(DeskJob.conversation_id == conversation.id).order_by(DeskJob.id.desc()).limit(SHOWN)
    )
    contract = proved_subject(session, conversation)
    return DeskCard(
        jobs=tuple(
            Work(TITLES[row.kind], *STATES[row.state], row.outcome, moment(row.asked_at, now, place.zone))
            for row in rows
        ),
        visits=tuple(_visit(row, place, now) for row in open_visits(session, conversation.id)),
        contract="" if isinstance(contract, Denied) else contract.number,
        today=local_date(now, place.zone),
        periods=PERIODS,
        may_wifi=may(who, "line.wifi"),
        wifi=why_no_wifi(session, vault=vault),
        stale=_stale(session, conversation, now),
    )


def _visit(row: DeskJob, place: House, now: datetime) -> VisitLine:
    wish, at = row.arguments, agreed_for(row.arguments)
    wished = f"{format_date(date.fromisoformat(wish['day']))}, {PERIODS[wish['period']]}"
    return VisitLine(row.id, wished, format_when(at, now, place.zone) if at else "", as_typed(at, place.zone))


def why_no_wifi(session: Session, *, vault: bool) -> str:
    """Why no Wi-Fi can be changed from here; empty where it can."""
    if not vault:
        return "Sem a chave dos equipamentos (DEVICE_KEY) nenhuma senha pode ser guardada para enviar."
    acs = session.scalar(select(Device.id).where(Device.role == "acs", Device.enabled).limit(1))
    return "" if acs else "Nenhum ACS está cadastrado: o Wi-Fi só muda no próprio roteador."


def _stale(session: Session, conversation: Conversation, now: datetime) -> str:
    """Said only while an ERP outside does not answer: what the card shows is what it told last."""
    away = session.scalar(select(ErpHealth.name).where(ErpHealth.open_until > now).limit(1))
    if away is None:
        return ""
    seen = session.scalar(
        select(func.min(func.coalesce(Contract.invoices_seen_at, Contract.seen_at)))
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Contact, Contact.customer_ref == Customer.ref)
        .where(Contact.id == conversation.contact_id, Contract.status != "cancelled")
    )
    if seen is None:
        return ""
    age = waited(seen, now)
    return (
        f"O ERP não responde: contratos e faturas como estavam {'agora há pouco' if age == 'agora' else f'há {age}'}."
    )
