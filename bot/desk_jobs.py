"""Does what an agent asked the systems outside for: one row, done once, with no transaction open while they speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.ports import Erp
from billing.provider import Provider
from billing.records import Invoice, SecondCopy
from billing.rows import customer_of
from bot import bill_facts
from bot.bill_told import bubble
from bot.bills import listed_as
from bot.bubble import as_bubbles
from bot.desk_tickets import open_ticket
from bot.say import say
from bot.texts import Texts
from core.dates import local_date
from core.db import Database
from core.errors import Failure, Unreachable
from handoff.access import attendant_of
from handoff.events import locked
from handoff.invoice_holds import WORDS
from handoff.reply import answered
from models import utc_now
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.desk_job import DeskJob

AWAY = "O ERP não respondeu. Tente de novo em alguns minutos."
NOT_OPEN = "Esta fatura não está mais em aberto no ERP."
NOTHING = "O ERP não deu boleto nem Pix desta fatura."
TAKEN = "Não foi enviada: a conversa mudou de mãos."
WINDOW = "Não foi enviada: a janela de 24 horas fechou."


@dataclass(frozen=True)
class DeskWork:
    """What it is done with. `orders_on` are the channels that show an order to review and pay."""

    db: Database
    erp: Erp
    texts: Texts
    provider: Callable[[], Provider]
    orders_on: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Asked:
    """The job, and whose conversation it is in."""

    id: int
    kind: str
    contract_ref: str
    arguments: dict[str, Any]
    contact_id: int
    conversation_id: int
    channel: str
    name: str


@dataclass(frozen=True)
class _AgentTells:
    """Tells of a bill in an agent's name (bot.bill_told.Teller)."""

    texts: Texts
    today: date
    provider: Provider
    pays_in_chat: bool
    name: str = field(default="")

    def first_name(self) -> str:
        """How to address the customer."""
        return self.name


def do_desk_job(job_id: int, *, work: DeskWork) -> None:
    """Does the job; one that ended stays as it is. May be called twice and killed at any line.

    Raises Unreachable while the ERP does not answer and nothing was done, to be called again.
    """
    with work.db.reading() as session:
        asked = _asked(session, job_id)
    if asked is None:
        return
    if asked.kind == "second_copy":
        _second_copy(asked, work)
    else:
        open_ticket(asked.id, db=work.db, erp=work.erp)


def give_up(job_id: int, *, work: DeskWork) -> None:
    """The ERP did not answer, however often it was asked."""
    with work.db.transaction() as session:
        row = session.get_one(DeskJob, job_id, with_for_update=True)
        if row.state == "asked":
            row.state, row.outcome, row.finished_at = "refused", AWAY, utc_now()


def _asked(session: Session, job_id: int) -> _Asked | None:
    row = session.get_one(DeskJob, job_id)
    if row.state not in ("asked", "running"):
        return None
    conversation = session.get_one(Conversation, row.conversation_id)
    ref = session.get_one(Contact, conversation.contact_id).customer_ref
    customer = session.scalars(select(Customer).where(Customer.ref == (ref or ""))).one_or_none()
    name = customer_of(customer, ()).first_name if customer else ""
    return _Asked(
        row.id,
        row.kind,
        row.contract_ref,
        dict(row.arguments),
        conversation.contact_id,
        conversation.id,
        conversation.channel,
        name,
    )


def _second_copy(asked: _Asked, work: DeskWork) -> None:
    try:
        listed = _listed(asked, work.erp)
        copy = _copy(asked, listed, work) if listed and not listed.hold else None
    except Unreachable:
        raise
    except Failure as failure:
        return _end(asked, work, f"O ERP recusou: {failure.detail or failure.code}")
    if listed is None:
        return _end(asked, work, NOT_OPEN)
    if listed.hold:
        return _end(asked, work, f"Esta fatura está {WORDS.get(listed.hold, listed.hold)}: não é cobrada agora.")
    if copy is None:
        return _end(asked, work, NOTHING)
    _send(asked, listed, copy, work)


def _listed(asked: _Asked, erp: Erp) -> Invoice | None:
    wanted = asked.arguments["invoice"]
    return next((one for one in erp.open_invoices(asked.contract_ref) if one.ref == wanted), None)


def _copy(asked: _Asked, listed: Invoice, work: DeskWork) -> SecondCopy | None:
    """The same document as minutes ago, whoever sent it, unless the invoice has changed."""
    sent = bill_facts.sent_copy(work.db, asked.contact_id, listed.ref)
    if sent and sent.listed == listed_as(listed):
        return sent.copy
    return bill_facts.second_copy(work.erp, listed.ref)


def _send(asked: _Asked, listed: Invoice, copy: SecondCopy, work: DeskWork) -> None:
    provider = work.provider()
    today = local_date(utc_now(), provider.timezone)
    teller = _AgentTells(work.texts, today, provider, asked.channel in work.orders_on, asked.name)
    bubbles = as_bubbles(bubble(teller, listed, copy))
    with work.db.transaction() as session:
        conversation = locked(session, asked.conversation_id)
        row = session.get_one(DeskJob, asked.id, with_for_update=True)
        if row.state != "asked" or conversation is None:
            return
        owner = session.get(Agent, conversation.agent_id) if conversation.handler == "agent" else None
        row.finished_at = utc_now()
        if owner is None or owner.login != row.asked_by:
            row.state, row.outcome = "refused", TAKEN
        elif not conversation.window_open(utc_now()):
            row.state, row.outcome = "refused", WINDOW
        else:
            for number, said in enumerate(bubbles):
                say(session, asked, said, "agent", key=f"desk-job-{row.id}-{number}", author=f"agent:{row.asked_by}")
            answered(session, conversation, attendant_of(owner), utc_now())
            row.state, row.outcome = "done", "Segunda via enviada."


def _end(asked: _Asked, work: DeskWork, why: str) -> None:
    with work.db.transaction() as session:
        row = session.get_one(DeskJob, asked.id, with_for_update=True)
        if row.state == "asked":
            row.state, row.outcome, row.finished_at = "refused", why, utc_now()
