"""Tickets and actions on the network, and the feed of what happened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from core.dates import local_date
from handoff import audit
from handoff.access import visible_to
from models.contract import Contract
from models.conversation import Conversation, new_protocol
from models.happening import Happening
from models.network_job import NetworkJob
from models.provider import provider_zone
from models.ticket import Ticket
from provisioning.action import BLOCK_SIGNAL, DIAGNOSE, REBOOT_ONU, RELEASE_SIGNAL
from provisioning.request import ask, target_of
from webhooks.api.operation import Call, moment, page, row_id
from webhooks.api.problem import Problem
from webhooks.outgoing.told import as_event

ACTIONS = {"diagnose": DIAGNOSE, "release": RELEASE_SIGNAL, "block": BLOCK_SIGNAL, "reboot": REBOOT_ONU}
"""What a token may ask for, by the API's own names. Each goes through the same approvals as in the console."""
_NAMES = {action: name for name, action in ACTIONS.items()}


def tickets(call: Call) -> dict[str, Any]:
    """A page of them; of one contract, or in one state."""
    wanted = select(Ticket)
    if "contract" in call.query:
        wanted = wanted.where(Ticket.contract_ref == call.query["contract"])
    if "state" in call.query:
        wanted = wanted.where(Ticket.state == call.query["state"])
    return page(call, wanted, Ticket.id, lambda row: _ticket(row[0]), lambda row: int(row[0].id))


def open_ticket(call: Call) -> dict[str, Any]:
    """A new one, with the protocol of its conversation or one of its own."""
    contract = _contract(call)
    conversation = _conversation(call)
    today = local_date(call.now, provider_zone(call.session)).strftime("%Y%m%d")
    row = Ticket(
        protocol=conversation.protocol if conversation else new_protocol(call.session, today),
        contract_ref=contract.ref,
        conversation_id=conversation.id if conversation else None,
        subject=call.body["subject"],
        text=call.body["text"],
    )
    call.session.add(row)
    call.session.flush()
    audit.record(call.session, call.who.login, "ticket.opened", f"contract:{contract.ref}", ticket=row.id)
    return _ticket(row)


def jobs(call: Call) -> dict[str, Any]:
    """A page of them; of one contract, or in one state."""
    wanted = select(NetworkJob)
    if "contract" in call.query:
        wanted = wanted.where(NetworkJob.contract_ref == call.query["contract"])
    if "state" in call.query:
        wanted = wanted.where(NetworkJob.state == call.query["state"])
    return page(call, wanted, NetworkJob.id, lambda row: _job(row[0]), lambda row: int(row[0].id))


def job(call: Call) -> dict[str, Any]:
    """One of them, as it stands."""
    row = call.session.get(NetworkJob, row_id(call, "job_id"))
    if row is None:
        raise Problem("not_found")
    return _job(row)


def ask_job(call: Call) -> dict[str, Any]:
    """An action on a contract's line; the same key is the same job."""
    contract, conversation = _contract(call), _conversation(call)
    row = ask(
        call.session,
        ACTIONS[call.body["action"]],
        target=target_of(call.session, contract.ref),
        reason=call.body["reason"],
        asked_by=call.who.author,
        cause=f"api:{call.caller.token_id}:{call.key}",
        conversation_id=conversation.id if conversation else None,
        dry_run=call.body.get("dry_run", False),
    )
    audit.record(call.session, call.who.login, f"line.{call.body['action']}", f"contract:{contract.ref}", job=row.id)
    return _job(row)


def events(call: Call) -> dict[str, Any]:
    """A page of what happened, in the order of the feed; some kinds of it."""
    wanted = select(Happening).where(Happening.position.is_not(None))
    if "types" in call.query:
        wanted = wanted.where(or_(*(_kinds(word) for word in call.query["types"].split(","))))
    return page(call, wanted, Happening.position, lambda row: as_event(row[0]), lambda row: int(row[0].position))


def _kinds(word: str) -> ColumnElement[bool]:
    group = word.removesuffix(".*")
    return Happening.kind == word if group == word else Happening.kind.startswith(f"{group}.", autoescape=True)


def _contract(call: Call) -> Contract:
    found = call.session.scalars(select(Contract).where(Contract.ref == call.body["contract_ref"])).one_or_none()
    if found is None or found.status == "cancelled":
        raise Problem("refused", "Contrato não encontrado ou cancelado.")
    return found


def _conversation(call: Call) -> Conversation | None:
    number = call.body.get("conversation_id")
    if number is None:
        return None
    seen = select(Conversation).where(Conversation.id == number, visible_to(call.who))
    found = call.session.scalars(seen).one_or_none()
    if found is None:
        raise Problem("refused", "Esta conversa não existe.")
    return found


def _ticket(row: Ticket) -> dict[str, Any]:
    names = ("id", "protocol", "contract_ref", "conversation_id", "incident_id", "subject", "text", "state")
    return {**{name: getattr(row, name) for name in names}, "opened_at": moment(row.opened_at)}


def _job(row: NetworkJob) -> dict[str, Any]:
    names = ("id", "action", "contract_ref", "conversation_id", "state", "outcome", "reason", "asked_by", "dry_run")
    times = ("asked_at", "started_at", "finished_at")
    told = {name: getattr(row, name) for name in (*names, "needs_approvals")}
    told["action"] = _NAMES.get(row.action, row.action)
    return {**told, **{name: moment(getattr(row, name)) for name in times}}
