"""Proofs of payment that wait for a person: the file, what was read in it, what is strange, and the verdict."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.dates import local_date
from handoff import proof_verdicts
from handoff.console.attachments import PICTURES
from handoff.console.framing import add_live, form_token, must_exist
from handoff.console.live import TOKEN_MARK
from handoff.console.money.agreements import opens
from handoff.console.money.debtors import Bill, bill, debtors
from handoff.console.money.page import frame, looked
from handoff.console.money.payments import Paid, paid_row
from handoff.console.money.proof_words import GROUPS, proofs_of
from handoff.console.network.jobs import names_of
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.outcome import Denied
from handoff.permits import may
from models.attachment import Attachment
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.invoice import Invoice
from models.message import Message
from models.payment import Payment
from models.payment_proof import PaymentProof

NO_PROOF = "Este comprovante não existe."
MOST, NEAR = 60, 12


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of one, their live parts, and the verdict."""
    add_live(blueprint, "/money/proofs", "proofs", partial(_list, ports), partial(_list_parts, ports))
    where = "/money/proofs/<int:proof_id>"
    add_live(blueprint, where, "proof", partial(_page, ports), partial(_parts, ports))
    blueprint.add_url_rule(f"{where}/decide", "proof_decide", partial(_decide, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    return frame("console/money/proofs.html", "proofs", place, parts)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("money.see")
    with ports.db.transaction() as session:
        place = house(session)
        looked(session, "page:proofs")
        waits = (PaymentProof.verdict.is_(None) & PaymentProof.state.in_(("waiting", "unreadable"))) | (
            PaymentProof.verdict == "unclear"
        )
        rows = session.scalars(select(PaymentProof).order_by(waits.desc(), PaymentProof.id.desc()).limit(MOST)).all()
        proofs = proofs_of(session, list(rows), place, ports.now())
    groups = {title: [one for one in proofs if one.group == title] for title in GROUPS}
    return place, {"proofs": render_template("console/money/proofs_part.html", groups=groups)}


def _page(ports: Ports, proof_id: int, problem: str = "", status: int = 200) -> Response:
    place, parts = _parts(ports, proof_id)
    return frame("console/money/proof.html", "proofs", place, parts, status=status, proof_id=proof_id, problem=problem)


def _parts(ports: Ports, proof_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("money.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        row = session.get(PaymentProof, proof_id) if proof_id <= LARGEST_ID else None
        if row is None:
            abort(404, NO_PROOF)
        looked(session, f"proof:{row.id}")
        html = render_template(
            "console/money/proof_part.html",
            proof=proofs_of(session, [row], place, now)[0],
            file=_file(session, row),
            bills=_bills(session, row, local_date(now, place.zone)),
            payments=_payments(session, row, place, now),
            decides=may(who, "proof.decide"),
            opens=opens(session, row.conversation_id, who),
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"proof": html}


def _decide(ports: Ports, proof_id: int) -> Response:
    who = permitted("proof.decide")
    form_token()
    verdict, why = request.form.get("verdict", ""), request.form.get("reason", "")
    with ports.db.transaction() as session:
        must_exist(session, PaymentProof, proof_id, NO_PROOF)
        done = proof_verdicts.decide(session, proof_id, who, verdict, why)
    if isinstance(done, Denied):
        return _page(ports, proof_id, done.reason, 409)
    return redirect(url_for("console.proof", proof_id=proof_id), 303)


def _file(session: Session, row: PaymentProof) -> str:
    """How the page shows it: picture, file, or nothing while it is not here."""
    wanted = select(Attachment.state, Attachment.mime_type).join(Message, Message.attachment_id == Attachment.id)
    found = session.execute(wanted.where(Message.id == row.message_id)).one_or_none()
    if found is None or found.state != "here":
        return ""
    return "picture" if found.mime_type in PICTURES else "file"


def _contracts(session: Session, row: PaymentProof) -> list[str]:
    """The contract that it was sent for, or all of the customer who sent it."""
    if row.contract_ref:
        return [row.contract_ref]
    theirs = (
        select(Contract.ref)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Contact, Contact.customer_ref == Customer.ref)
        .join(Conversation, Conversation.contact_id == Contact.id)
    )
    return list(session.scalars(theirs.where(Conversation.id == row.conversation_id)))


def _bills(session: Session, row: PaymentProof, today: date) -> list[tuple[Bill, bool]]:
    """The open invoices that it may be for, and whether the amount is theirs; those of its amount first."""
    wanted = select(Invoice).join(Contract, Contract.id == Invoice.contract_id)
    wanted = wanted.where(Contract.ref.in_(_contracts(session, row)), Invoice.status == "open")
    rows = session.scalars(wanted.order_by(Invoice.due_date, Invoice.id).limit(NEAR))
    found = [(bill(one, today), one.amount_cents == row.amount_cents) for one in rows]
    return sorted(found, key=lambda pair: not pair[1])


def _payments(session: Session, row: PaymentProof, place: House, now: datetime) -> list[Paid]:
    """Payments that are known already and may be this one."""
    same = [Payment.e2e_id == row.e2e_id] if row.e2e_id else []
    if row.amount_cents:
        same.append(Payment.contract_ref.in_(_contracts(session, row)) & (Payment.amount_cents == row.amount_cents))
    if not same:
        return []
    rows = session.scalars(select(Payment).where(or_(*same)).order_by(Payment.id.desc()).limit(NEAR)).all()
    known, names = debtors(session, (one.contract_ref for one in rows)), names_of(session)
    return [paid_row(one, known, names, place, now) for one in rows]
