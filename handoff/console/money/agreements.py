"""Agreements: those that wait for finance, those in force, and the page of one with what was shown and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy import case, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.dates import format_date, local_date
from core.money import format_brl
from handoff import negotiations
from handoff.access import Attendant, may_see
from handoff.console.framing import add_live, form_token, must_exist
from handoff.console.live import TOKEN_MARK
from handoff.console.money.debtors import Bill, Debtor, bills_named, debtors
from handoff.console.money.page import frame, looked
from handoff.console.network.jobs import names_of
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import moment
from handoff.outcome import Denied, Done
from handoff.permits import may
from models.conversation import Conversation
from models.negotiation import Negotiation

NO_AGREEMENT = "Este acordo não existe."
MOST = 60
STATES: Mapping[str, tuple[str, str]] = {
    "accepted": ("tag-wait", "espera aprovação"),
    "active": ("", "valendo"),
    "refused": ("tag-bad", "recusado"),
    "kept": ("tag-good", "cumprido"),
    "broken": ("tag-bad", "não cumprido"),
    "cancelled": ("", "cancelado: a dívida mudou"),
}
GROUPS = {"Esperam aprovação": ("accepted",), "Valendo": ("active",)}
OTHERS = "Decididos e terminados"


@dataclass(frozen=True)
class Deal:
    """An agreement in words. `mark` is the CSS word of `state_text`."""

    id: int
    debtor: Debtor | None
    contract_ref: str
    state: str
    state_text: str
    mark: str
    debt: str
    discount: str
    total: str
    parts: tuple[tuple[str, str], ...]
    shown: str
    said: str
    when: str
    decided: str
    refusal: str
    policy: str
    conversation_id: int | None


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of one, their live parts, and its two buttons."""
    where = "/money/agreements"
    add_live(blueprint, where, "agreements", partial(_list, ports), partial(_list_parts, ports))
    where += "/<int:agreement_id>"
    add_live(blueprint, where, "agreement", partial(_page, ports), partial(_parts, ports))
    for name in ("approve", "refuse"):
        view = partial(_decide, ports, name)
        blueprint.add_url_rule(f"{where}/{name}", f"agreement_{name}", view, methods=["POST"])


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    return frame("console/money/agreements.html", "agreements", place, parts)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("money.see")
    with ports.db.transaction() as session:
        place, names = house(session), names_of(session)
        looked(session, "page:agreements")
        waiting = case((Negotiation.state == "accepted", 0), (Negotiation.state == "active", 1), else_=2)
        rows = session.scalars(select(Negotiation).order_by(waiting, Negotiation.id.desc()).limit(MOST)).all()
        known = debtors(session, (row.contract_ref for row in rows))
        deals = [_deal(row, known.get(row.contract_ref), names, place, ports.now()) for row in rows]
    groups = {title: [one for one in deals if one.state in states] for title, states in GROUPS.items()}
    groups[OTHERS] = [one for one in deals if one.state not in ("accepted", "active")]
    return place, {"agreements": render_template("console/money/agreements_part.html", groups=groups)}


def _page(ports: Ports, agreement_id: int, problem: str = "", status: int = 200) -> Response:
    place, parts = _parts(ports, agreement_id)
    template = "console/money/agreement.html"
    return frame(template, "agreements", place, parts, status=status, agreement_id=agreement_id, problem=problem)


def _parts(ports: Ports, agreement_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("money.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        row = session.get(Negotiation, agreement_id) if agreement_id <= LARGEST_ID else None
        if row is None:
            abort(404, NO_AGREEMENT)
        looked(session, f"negotiation:{row.id}")
        debtor = debtors(session, [row.contract_ref]).get(row.contract_ref)
        bills: list[Bill] = bills_named(session, row.invoice_refs, local_date(now, place.zone))
        html = render_template(
            "console/money/agreement_part.html",
            deal=_deal(row, debtor, names_of(session), place, now),
            bills=bills,
            decides=may(who, "agreement.decide"),
            opens=opens(session, row.conversation_id, who),
            own_erp=ports.own_erp,
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"agreement": html}


def opens(session: Session, conversation_id: int | None, who: Attendant) -> bool:
    """Whether there is a conversation that this person may open."""
    row = session.get(Conversation, conversation_id) if conversation_id else None
    return row is not None and may_see(who, row)


def _decide(ports: Ports, name: str, agreement_id: int) -> Response:
    who = permitted("agreement.decide")
    form_token()
    acts: dict[str, Callable[[Session], Done | Denied]] = {
        "approve": lambda session: negotiations.approve(session, agreement_id, who, enters=ports.own_erp),
        "refuse": lambda session: negotiations.refuse(session, agreement_id, who, request.form.get("reason", "")),
    }
    with ports.db.transaction() as session:
        must_exist(session, Negotiation, agreement_id, NO_AGREEMENT)
        done = acts[name](session)
    if isinstance(done, Denied):
        return _page(ports, agreement_id, done.reason, 409)
    return redirect(url_for("console.agreement", agreement_id=agreement_id), 303)


def _deal(row: Negotiation, debtor: Debtor | None, names: Mapping[str, str], place: House, now: datetime) -> Deal:
    mark, words = STATES.get(row.state, ("", row.state))
    discount = int(row.terms.get("discount_cents") or 0)
    by = names.get(row.decided_by or "", row.decided_by or "")
    return Deal(
        id=row.id,
        debtor=debtor,
        contract_ref=row.contract_ref,
        state=row.state,
        state_text=words,
        mark=mark,
        debt=format_brl(row.debt_cents),
        discount=format_brl(discount) if discount else "",
        total=format_brl(row.debt_cents - discount),
        parts=tuple(_part(part) for part in row.terms.get("instalments", ())),
        shown=row.shown_text,
        said=row.accepted_text,
        when=moment(row.accepted_at, now, place.zone),
        decided=f"{by}, {moment(row.decided_at, now, place.zone)}" if by and row.decided_at else "",
        refusal=str(row.terms.get("refusal") or ""),
        policy=str(row.terms.get("policy") or ""),
        conversation_id=row.conversation_id,
    )


def _part(part: Mapping[str, object]) -> tuple[str, str]:
    """(due date, amount) of an instalment."""
    return format_date(date.fromisoformat(str(part["due"]))), format_brl(int(str(part["amount_cents"])))
