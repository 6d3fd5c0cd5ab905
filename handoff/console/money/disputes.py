"""Invoices that are not collected for a while: since when and why, until when an answer is due, and their buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.collections_policy import CollectionsPolicy, collecting_of
from billing.provider_row import provider_row
from core.dates import format_date, local_date
from core.errors import Misconfigured
from handoff.console.framing import add_live, form_token, must_exist, typed
from handoff.console.live import TOKEN_MARK
from handoff.console.money.debtors import Bill, Debtor, bill, debtors
from handoff.console.money.page import frame, looked
from handoff.console.network.jobs import names_of
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.console.wording import moment
from handoff.invoice_holds import WORDS, agreed, hold_invoice, release_invoice
from handoff.outcome import Denied, Done
from models.audit import Audit
from models.contact import Contact
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice

NO_INVOICE = "Esta fatura não existe."
MOST, FOUND = 200, 20
URGENT = timedelta(days=5)
TITLES = {"disputed": "Contestadas", "negotiation": "Em negociação", "settling": "Em compensação"}


@dataclass(frozen=True)
class Held:
    """A held invoice. `until` is the last day for an answer to a contested one, `left` how long that is away."""

    bill: Bill
    debtor: Debtor | None
    since: str
    by: str
    until: str
    left: str
    urgent: bool
    in_agreement: bool


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page, its live part, its buttons, and the one beside an invoice in a conversation."""
    add_live(blueprint, "/money/disputes", "disputes", partial(_page, ports), partial(_parts, ports))
    where = "/money/invoices/<int:invoice_id>"
    for name in ("hold", "release"):
        view = partial(_act, ports, name)
        blueprint.add_url_rule(f"{where}/{name}", f"invoice_{name}", view, methods=["POST"])
    there = "/c/<int:conversation_id>/invoices/<int:invoice_id>/dispute"
    blueprint.add_url_rule(there, "invoice_dispute", partial(_dispute, ports), methods=["POST"])


def _page(ports: Ports, problem: str = "", status: int = 200) -> Response:
    permitted("money.see")
    place, parts = _parts(ports)
    query = typed("q", 80)
    with ports.db.transaction() as session:
        today = local_date(ports.now(), place.zone)
        found = _found(session, query, today) if query else []
        if found:
            looked(session, f"invoices:{query}")
    return frame(
        "console/money/disputes.html",
        "disputes",
        place,
        parts,
        status=status,
        problem=problem,
        query=query,
        found=found,
        kinds=WORDS,
    )


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("money.see")
    with ports.db.transaction() as session:
        place = house(session)
        looked(session, "page:disputes")
        held = _held(session, _dispute_days(session, own_erp=ports.own_erp), place, ports.now())
        html = render_template(
            "console/money/disputes_part.html",
            groups={title: [one for one in held if one.bill.hold == kind] for kind, title in TITLES.items()},
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"disputes": html}


def _dispute_days(session: Session, *, own_erp: bool) -> int:
    """What the policy says; the law's days where nobody can read it."""
    try:
        return collecting_of(provider_row(session), local=own_erp).policy.dispute_days
    except Misconfigured:
        return CollectionsPolicy().dispute_days


def _held(session: Session, days: int, place: House, now: datetime) -> list[Held]:
    wanted = select(Invoice, Contract.ref).join(Contract, Contract.id == Invoice.contract_id)
    wanted = wanted.where(Invoice.hold != "", Invoice.status == "open")
    rows = session.execute(wanted.order_by(Invoice.held_at.nulls_last(), Invoice.id).limit(MOST)).all()
    known, names = debtors(session, (ref for _, ref in rows)), names_of(session)
    people = _people(session, [row.ref for row, _ in rows])
    today, found = local_date(now, place.zone), list[Held]()
    for row, ref in rows:
        last = local_date(row.held_at, place.zone) + timedelta(days=days) if row.held_at else None
        last = last if row.hold == "disputed" else None
        login = people.get(row.ref, "")
        found.append(
            Held(
                bill=bill(row, today),
                debtor=known.get(ref),
                since=moment(row.held_at, now, place.zone) if row.held_at else "",
                by=names.get(login, login),
                until=format_date(last) if last else "",
                left=_left((last - today).days) if last else "",
                urgent=last is not None and last <= today + URGENT,
                in_agreement=row.hold == "negotiation" and agreed(session, row.ref),
            )
        )
    return found


def _left(days: int) -> str:
    if days == 0:
        return "o prazo é hoje"
    count = f"{abs(days)} dia" if abs(days) == 1 else f"{abs(days)} dias"
    return f"prazo em {count}" if days > 0 else f"o prazo passou há {count}"


def _people(session: Session, refs: list[str]) -> dict[str, str]:
    """Who held each of these last."""
    subjects = [f"invoice:{ref}" for ref in refs]
    rows = select(Audit.subject, Audit.actor).where(Audit.subject.in_(subjects), Audit.action == "invoice.held")
    return {subject.removeprefix("invoice:"): actor for subject, actor in session.execute(rows.order_by(Audit.id))}


def _found(session: Session, query: str, today: date) -> list[tuple[Bill, Debtor | None]]:
    """Open invoices of that number, or of the contract of that number."""
    wanted = select(Invoice, Contract.ref).join(Contract, Contract.id == Invoice.contract_id)
    named = or_(Invoice.number == query, Invoice.ref == query, Contract.number == query, Contract.ref == query)
    wanted = wanted.where(named, Invoice.status == "open").order_by(Invoice.due_date, Invoice.id).limit(FOUND)
    rows = session.execute(wanted).all()
    known = debtors(session, (ref for _, ref in rows))
    return [(bill(row, today), known.get(ref)) for row, ref in rows]


def _act(ports: Ports, name: str, invoice_id: int) -> Response:
    who = permitted("invoice.hold")
    form_token()
    with ports.db.transaction() as session:
        must_exist(session, Invoice, invoice_id, NO_INVOICE)
        done: Done | Denied = (
            hold_invoice(session, invoice_id, who, request.form.get("kind", ""))
            if name == "hold"
            else release_invoice(session, invoice_id, who)
        )
    if isinstance(done, Denied):
        return _page(ports, done.reason, 409)
    return redirect(url_for("console.disputes"), 303)


def _dispute(ports: Ports, conversation_id: int, invoice_id: int) -> Response:
    """From the customer's card: the invoice has to be of the customer of a conversation that they may see."""
    who = permitted("invoice.hold")
    form_token()
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        if not _is_theirs(session, conversation.contact_id, invoice_id):
            abort(404, NO_INVOICE)
        done = hold_invoice(session, invoice_id, who, "disputed")
    if isinstance(done, Denied):
        return conversation_page(ports, conversation_id, problem=done.reason, status=409)
    return back_to(conversation_id)


def _is_theirs(session: Session, contact_id: int, invoice_id: int) -> bool:
    """Whether the invoice is of the customer that the contact proved to be."""
    wanted = (
        select(Invoice.id)
        .join(Contract, Contract.id == Invoice.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Contact, Contact.customer_ref == Customer.ref)
        .where(Contact.id == contact_id, Invoice.id == invoice_id)
    )
    return invoice_id <= LARGEST_ID and session.scalar(wanted) is not None
