"""JSON Schemas of what the API takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
MAYBE_NUMBER: Schema = {"type": ["integer", "null"]}
YES_NO: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXTS: Schema = {"type": "array", "items": TEXT}


def shape(**fields: Schema) -> Schema:
    """An object with exactly these fields."""
    return {"type": "object", "required": sorted(fields), "additionalProperties": False, "properties": fields}


def given(required: tuple[str, ...], **fields: Schema) -> Schema:
    """An object that a caller sends."""
    return {"type": "object", "required": list(required), "additionalProperties": False, "properties": fields}


def words(most: int, least: int = 1) -> Schema:
    """A text of so many characters."""
    return {"type": "string", "minLength": least, "maxLength": most}


CONVERSATION = shape(
    id=NUMBER,
    protocol=TEXT,
    channel=TEXT,
    handler={"type": "string", "enum": ["bot", "queue", "agent", "closed"]},
    queue=MAYBE_TEXT,
    agent=MAYBE_TEXT,
    contact=shape(id=NUMBER, name=TEXT, phone={**MAYBE_TEXT, "description": "masked without the scope customers.read"}),
    customer_ref=MAYBE_TEXT,
    contract_ref=MAYBE_TEXT,
    priority=NUMBER,
    sla_class=TEXT,
    tags=TEXTS,
    handed_off_for=MAYBE_TEXT,
    summary=TEXT,
    opened_at=TIME,
    last_inbound_at=MAYBE_TIME,
    waiting_since=MAYBE_TIME,
    closed_at=MAYBE_TIME,
    closed_by=TEXT,
)
MESSAGE = shape(
    id=NUMBER,
    conversation_id=NUMBER,
    direction={"type": "string", "enum": ["in", "out", "note", "event"]},
    kind=TEXT,
    text={**TEXT, "description": "empty once the sender took it back"},
    transcript=MAYBE_TEXT,
    author=TEXT,
    status=TEXT,
    error=MAYBE_TEXT,
    attachment_id=MAYBE_NUMBER,
    sent_at={**MAYBE_TIME, "description": "when the customer sent it, as the channel says"},
    received_at={**TIME, "description": "when it reached us, or was written here"},
    edited_at=MAYBE_TIME,
    revoked_at=MAYBE_TIME,
)
CUSTOMER = shape(
    ref=TEXT,
    name=TEXT,
    kind=TEXT,
    document={**TEXT, "description": "masked without the scope customers.document"},
    document_kind=TEXT,
    email=TEXT,
    phones=TEXTS,
)
CONTRACT = shape(
    ref=TEXT,
    number=TEXT,
    customer_ref=TEXT,
    plan=TEXT,
    monthly_fee_cents=NUMBER,
    status={"type": "string", "enum": ["active", "blocked", "cancelled", "pending"]},
    blocked_for={**MAYBE_TEXT, "description": "debt, request (the customer's own) or other; null unless blocked"},
    address=TEXT,
    area=TEXT,
    sla=TEXT,
    charge_by=TEXT,
    due_day=NUMBER,
    starts_on={"type": ["string", "null"], "format": "date"},
    pppoe_login=TEXT,
    olt=TEXT,
    pon=TEXT,
    cto=TEXT,
    onu=TEXT,
)
TICKET = shape(
    id=NUMBER,
    protocol=TEXT,
    contract_ref=TEXT,
    conversation_id=MAYBE_NUMBER,
    incident_id=MAYBE_NUMBER,
    subject=TEXT,
    text=TEXT,
    state=TEXT,
    opened_at=TIME,
)
JOB = shape(
    id=NUMBER,
    action={**TEXT, "description": "by the name that it is asked for with, where a token may ask for it"},
    contract_ref=TEXT,
    conversation_id=MAYBE_NUMBER,
    state=TEXT,
    outcome=TEXT,
    reason=TEXT,
    asked_by={**TEXT, "description": "agent:<login> (a token's is api:<name>), bot, clock, or what else asked"},
    dry_run=YES_NO,
    needs_approvals={**NUMBER, "description": "by how many people; the job waits for them"},
    asked_at=TIME,
    started_at=MAYBE_TIME,
    finished_at=MAYBE_TIME,
)
EVENT = shape(
    id=NUMBER,
    type=TEXT,
    at=TIME,
    conversation_id=MAYBE_NUMBER,
    message_id=MAYBE_NUMBER,
    job_id=MAYBE_NUMBER,
    ticket_id=MAYBE_NUMBER,
)
ACT = shape(conversation_id=NUMBER, message_id={**MAYBE_NUMBER, "description": "the message, note or event it added"})
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT, "errors": {"type": "array"}},
}
