"""Opens the ticket or asks for the visit that an agent wants: in the ERP where it takes tickets, else among ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.ports import Erp
from core.dates import format_date
from core.db import Database
from core.errors import Failure, Unreachable
from handoff.desk_jobs import PERIODS
from models import utc_now
from models.conversation import Conversation
from models.desk_job import DeskJob
from models.network_job import NetworkJob
from models.ticket import Ticket
from provisioning.action import DIAGNOSE

IN_DOUBT = "Não se sabe se o ERP abriu o chamado. Confira lá antes de pedir de novo."


@dataclass(frozen=True)
class _Wish:
    contract_ref: str
    subject: str
    text: str


def open_ticket(job_id: int, *, db: Database, erp: Erp) -> None:
    """Opens it once. An ERP that may have opened it although it did not say so is not asked again: a person looks.

    Raises Unreachable where nothing was done, to be called again.
    """
    with db.transaction() as session:
        wish = _begin(session, job_id)
    if wish is None:
        return
    protocol = ""
    if "ticket" in erp.capabilities():
        try:
            protocol = erp.open_ticket(wish.contract_ref, wish.subject, wish.text)
        except Failure as failure:
            _failed(db, job_id, failure)
            if isinstance(failure, Unreachable) and not failure.ambiguous:
                raise
            return
    with db.transaction() as session:
        _keep(session, job_id, wish, protocol)


def _begin(session: Session, job_id: int) -> _Wish | None:
    """Marks that it is being asked for. Found so already, somebody was killed in the midst of it."""
    row = session.get_one(DeskJob, job_id, with_for_update=True)
    if row.state == "running":
        row.state, row.outcome, row.finished_at = "unknown", IN_DOUBT, utc_now()
    if row.state != "asked":
        return None
    row.state = "running"
    return _Wish(row.contract_ref, row.arguments["subject"], _words(row.arguments))


def _words(arguments: Mapping[str, Any]) -> str:
    if "day" not in arguments:
        return str(arguments["text"])
    wished = f"{format_date(date.fromisoformat(arguments['day']))}, {PERIODS[arguments['period']]}"
    return f"{arguments['text']}\nO cliente prefere: {wished}."


def _failed(db: Database, job_id: int, failure: Failure) -> None:
    with db.transaction() as session:
        row = session.get_one(DeskJob, job_id, with_for_update=True)
        if failure.ambiguous:
            row.state, row.outcome, row.finished_at = "unknown", IN_DOUBT, utc_now()
        elif isinstance(failure, Unreachable):
            row.state = "asked"
        else:
            row.outcome = f"O ERP recusou o chamado: {failure.detail or failure.code}"
            row.state, row.finished_at = "refused", utc_now()


def _keep(session: Session, job_id: int, wish: _Wish, protocol: str) -> None:
    """Beside the conversation, with the newest diagnosis of the line. Our own tables may have the row already."""
    job = session.get_one(DeskJob, job_id, with_for_update=True)
    if job.state != "running":
        return
    if not protocol:
        protocol = session.get_one(Conversation, job.conversation_id).protocol
    known = select(Ticket).where(
        Ticket.protocol == protocol, Ticket.contract_ref == wish.contract_ref, Ticket.conversation_id.is_(None)
    )
    row = session.scalars(known).first()
    if row is None:
        row = Ticket(protocol=protocol, contract_ref=wish.contract_ref, subject=wish.subject, text=wish.text)
        session.add(row)
    row.conversation_id = job.conversation_id
    row.evidence = _measured(session, wish.contract_ref)
    what = "Visita pedida" if job.kind == "visit" else "Chamado aberto"
    job.state, job.outcome, job.finished_at = "done", f"{what}: protocolo {protocol}.", utc_now()


def _measured(session: Session, contract_ref: str) -> dict[str, Any]:
    wanted = select(NetworkJob.facts).where(
        NetworkJob.contract_ref == contract_ref, NetworkJob.action == DIAGNOSE, NetworkJob.state == "verified"
    )
    return dict(session.scalars(wanted.order_by(NetworkJob.id.desc()).limit(1)).first() or {})
