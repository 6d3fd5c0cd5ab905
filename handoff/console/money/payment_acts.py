"""The buttons of a payment: it pays this invoice, or somebody saw to it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing import assigning
from handoff import audit
from handoff.console.framing import form_token, must_exist
from handoff.console.money.payments import NO_PAYMENT, payment_page
from handoff.console.ports import LARGEST_ID, Ports, permitted
from models.invoice import Invoice
from models.payment import Payment


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them; each is a POST with the session's form token."""
    for name in ("assign", "seen"):
        where = f"/money/payments/<int:payment_id>/{name}"
        blueprint.add_url_rule(where, f"payment_{name}", partial(_act, ports, name), methods=["POST"])


def _act(ports: Ports, name: str, payment_id: int) -> Response:
    who = permitted("payment.assign")
    form_token()
    with ports.db.transaction() as session:
        must_exist(session, Payment, payment_id, NO_PAYMENT)
        if name == "assign":
            ref = _invoice_ref(session)
            problem = assigning.assign(session, payment_id, ref, who.login)
            detail = {"invoice": ref}
        else:
            problem = assigning.note_seen(session, payment_id, who.login, request.form.get("note", ""))
            detail = {}
        if not problem:
            subject = f"payment:{payment_id}"
            audit.record_once(session, who.login, f"payment.{name}", subject, within=audit.SAME_DEED, **detail)
    if problem:
        return payment_page(ports, payment_id, problem=problem, status=409)
    return redirect(url_for("console.payment", payment_id=payment_id), 303)


def _invoice_ref(session: Session) -> str:
    """The ref of the invoice that was chosen; empty where there is none."""
    number = request.form.get("invoice", "")
    if not (number.isascii() and number.isdigit()) or int(number[:20]) > LARGEST_ID:
        return ""
    return session.scalar(select(Invoice.ref).where(Invoice.id == int(number))) or ""
