"""Payments: the latest, those that need somebody, and the page of one with the invoices that it may pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.erp_kind import erp_kinds
from billing.gateway import gateway_kinds
from core.dates import local_date
from core.money import format_brl
from handoff.console.framing import typed
from handoff.console.live import TOKEN_MARK, live_response
from handoff.console.money.debtors import Bill, Debtor, bill, bills_named, debtors
from handoff.console.money.page import frame, looked
from handoff.console.network.jobs import names_of
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import moment
from handoff.permits import may
from models.contract import Contract
from models.invoice import Invoice
from models.payment import Payment

NO_PAYMENT = "Este pagamento não existe."
SHOWN, NEAR = 50, 12
STATES: Mapping[str, tuple[str, str]] = {
    "settled": ("tag-good", "quitou a fatura"),
    "partial": ("tag-wait", "pagou uma parte"),
    "unmatched": ("tag-bad", "sem fatura"),
    "doubled": ("tag-bad", "em dobro"),
    "reversed": ("tag-bad", "estornado"),
    "returned": ("tag-bad", "devolvido em parte"),
}
NEEDY = ("unmatched", "doubled", "reversed", "returned")
FILTERS = {
    "": "todos",
    "todo": "precisam de alguém",
    "unmatched": "sem fatura",
    "doubled": "em dobro",
    "reversed": "estornados",
    "returned": "devolvidos em parte",
    "partial": "parciais",
}
METHODS = {"pix": "Pix", "boleto": "boleto", "card": "cartão", "cash": "dinheiro", "other": "outra forma"}


@dataclass(frozen=True)
class Paid:
    """A payment in words. `todo` says that it asks for somebody; `seen` who saw to it."""

    id: int
    amount: str
    method: str
    state: str
    state_text: str
    mark: str
    debtor: Debtor | None
    invoice_ref: str
    paid: str
    known: str
    source: str
    external_id: str
    e2e_id: str
    late_days: int
    reversed: str
    seen: str
    note: str
    todo: bool


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of one, and their live parts."""
    blueprint.add_url_rule("/money/payments", "payments", partial(_list, ports))
    blueprint.add_url_rule("/money/payments/live", "payments_live", partial(_list_live, ports))
    where = "/money/payments/<int:payment_id>"
    blueprint.add_url_rule(where, "payment", partial(_page, ports))
    blueprint.add_url_rule(f"{where}/live", "payment_live", partial(_live, ports))


def _wanted() -> dict[str, str]:
    state, before = typed("state", 80), typed("before", 80)
    return {
        "state": state if state in FILTERS else "",
        "contract": typed("contract", 80),
        "before": before if before.isascii() and before.isdigit() and len(before) < 10 else "",
    }


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    chosen = _wanted()
    query = urlencode({name: value for name, value in chosen.items() if value})
    return frame(
        "console/money/payments.html",
        "payments",
        place,
        parts,
        chosen=chosen,
        filters=FILTERS,
        query=f"?{query}" if query else "",
    )


def _list_live(ports: Ports) -> Response:
    return live_response(_list_parts(ports)[1])


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("money.see")
    wanted = _wanted()
    with ports.db.transaction() as session:
        place, names = house(session), names_of(session)
        looked(session, "page:payments")
        rows = session.scalars(_query(session, wanted).limit(SHOWN + 1)).all()
        known = debtors(session, (row.contract_ref for row in rows))
        paid = [paid_row(row, known, names, place, ports.now()) for row in rows[:SHOWN]]
    older = urlencode({**{k: v for k, v in wanted.items() if v}, "before": paid[-1].id}) if len(rows) > SHOWN else ""
    html = render_template(
        "console/money/payments_part.html", payments=paid, older=older, filtered=any(wanted.values())
    )
    return place, {"payments": html}


def _query(session: Session, wanted: dict[str, str]) -> Select[Payment]:
    query = select(Payment).order_by(Payment.id.desc())
    if wanted["state"] == "todo":
        query = query.where(Payment.state.in_(NEEDY), Payment.seen_by.is_(None))
    elif wanted["state"]:
        query = query.where(Payment.state == wanted["state"])
    if wanted["contract"]:
        number = wanted["contract"]
        refs = select(Contract.ref).where(or_(Contract.ref == number, Contract.number == number))
        query = query.where(Payment.contract_ref.in_(refs))
    return query.where(Payment.id < int(wanted["before"])) if wanted["before"] else query


def _page(ports: Ports, payment_id: int) -> Response:
    return payment_page(ports, payment_id)


def payment_page(ports: Ports, payment_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of a payment, also as the answer to a button that could not do what it says."""
    place, parts = _parts(ports, payment_id)
    query = f"?{urlencode({'q': typed('q', 80)})}" if typed("q", 80) else ""
    return frame(
        "console/money/payment.html",
        "payments",
        place,
        parts,
        status=status,
        payment_id=payment_id,
        problem=problem,
        query=query,
    )


def _live(ports: Ports, payment_id: int) -> Response:
    return live_response(_parts(ports, payment_id)[1])


def _parts(ports: Ports, payment_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("money.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        row = session.get(Payment, payment_id) if payment_id <= LARGEST_ID else None
        if row is None:
            abort(404, NO_PAYMENT)
        looked(session, f"payment:{row.id}")
        today = local_date(now, place.zone)
        paid = paid_row(row, debtors(session, [row.contract_ref]), names_of(session), place, now)
        html = render_template(
            "console/money/payment_part.html",
            paid=paid,
            bills=bills_named(session, [row.invoice_ref] if row.invoice_ref else [], today),
            near=_near(session, row, today) if row.state == "unmatched" and paid.todo else [],
            query=typed("q", 80),
            acts=may(who, "payment.assign"),
            own_erp=ports.own_erp,
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"payment": html}


def _near(session: Session, row: Payment, today: date) -> list[tuple[Bill, Debtor | None, bool]]:
    """Open invoices that it may pay, and whether the amount is theirs: those that were looked for by number, contract
    or name's beginning, else those of its amount."""
    query = typed("q", 80)
    wanted = select(Invoice, Contract.ref).join(Contract, Contract.id == Invoice.contract_id)
    if query:
        named = (Invoice.number, Invoice.ref, Contract.number, Contract.ref)
        wanted = wanted.where(or_(*(column == query for column in named)))
    else:
        wanted = wanted.where(Invoice.amount_cents == row.amount_cents)
    found = session.execute(
        wanted.where(Invoice.status == "open").order_by(Invoice.due_date, Invoice.id).limit(NEAR)
    ).all()
    known = debtors(session, (ref for _, ref in found))
    return [(bill(one, today), known.get(ref), one.amount_cents == row.amount_cents) for one, ref in found]


def paid_row(row: Payment, known: Mapping[str, Debtor], names: Mapping[str, str], place: House, now: datetime) -> Paid:
    """The payment in words; `known` are the debtors by contract, `names` people's by login."""
    mark, words = STATES.get(row.state, ("", row.state))
    return Paid(
        id=row.id,
        amount=format_brl(row.amount_cents),
        method=METHODS.get(row.method, row.method),
        state=row.state,
        state_text=words,
        mark=mark,
        debtor=known.get(row.contract_ref or ""),
        invoice_ref=row.invoice_ref or "",
        paid=moment(row.paid_at, now, place.zone),
        known=moment(row.known_at, now, place.zone),
        source=_teller(row.source, names),
        external_id=row.external_id,
        e2e_id=row.e2e_id or "",
        late_days=int(row.detail.get("late_days") or 0),
        reversed=moment(row.reversed_at, now, place.zone) if row.reversed_at else "",
        seen=names.get(row.seen_by or "", row.seen_by or ""),
        note=str(row.detail.get("note") or ""),
        todo=row.state in NEEDY and row.seen_by is None,
    )


@cache
def _tellers() -> Mapping[str, str]:
    erps = {name: kind.title for name, kind in erp_kinds().items()}
    return {"import": "importado", **erps, **{name: kind.title for name, kind in gateway_kinds().items()}}


def _teller(source: str, names: Mapping[str, str]) -> str:
    """Who told of a payment: a bank or an ERP as it is called, a file, or a person."""
    return _tellers().get(source) or names.get(source, source)
