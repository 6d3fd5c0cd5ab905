"""Promises about time (SLA): the policies by queue and class, their targets, warning and chain."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import Misconfigured
from handoff.console.admin.page import frame, typed_count, written_down
from handoff.console.framing import typed
from handoff.console.ports import LARGEST_ID, Ports, house
from handoff.queues import OFFICE_HOURS, organogram
from handoff.sla.terms import KINDS, OWNER, SUPERVISOR, chain_row, ensure_policies, steps_of, terms_of
from handoff.staff import NotAllowed
from models.calendar import CalendarRow
from models.sla import SlaPolicy

KIND_NAMES = {
    "first": "Primeira resposta",
    "next": "Próxima resposta",
    "level": "Tempo no nível",
    "resolution": "Solução",
    "arrival": "Chegada da visita",
}
TELL = {OWNER: "quem atende", SUPERVISOR: "a supervisão"}
LONGEST_MINUTES = 60 * 24 * 90
STEPS = 3


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/promises", "promises", partial(_list, ports))
    blueprint.add_url_rule("/admin/promises/new", "promise_new", partial(_page, ports, 0))
    blueprint.add_url_rule("/admin/promises/new", "promise_add", partial(_save, ports, 0), methods=["POST"])
    where = "/admin/promises/<int:promise_id>"
    blueprint.add_url_rule(where, "promise", partial(_page, ports))
    blueprint.add_url_rule(where, "promise_change", partial(_save, ports), methods=["POST"])
    blueprint.add_url_rule(f"{where}/remove", "promise_remove", partial(_remove, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        ensure_policies(session)
        place = house(session)
        rows = session.scalars(select(SlaPolicy).order_by(SlaPolicy.queue, SlaPolicy.sla_class)).all()
        shown = [(row.id, row.queue, row.sla_class, row.calendar, _targets(row)) for row in rows]
    return frame("promises", "promises", place, promises=shown, kinds=KIND_NAMES)


def _page(ports: Ports, promise_id: int, *, problem: str = "", values: dict[str, Any] | None = None) -> Response:
    with ports.db.reading() as session:
        place = house(session)
        row = _found(session, promise_id) if promise_id else None
        plain = {"queue": "", "sla_class": "", "calendar": OFFICE_HOURS, "warn_percent": 80, "chain": []}
        return frame(
            "promise",
            "promises",
            place,
            status=409 if problem else 200,
            problem=problem,
            promise_id=promise_id,
            values=values or (_values(row) if row else plain),
            kinds=KIND_NAMES,
            queues=[queue.name for queue in organogram(session).queues],
            calendars=list(session.scalars(select(CalendarRow.name).order_by(CalendarRow.name))) or [OFFICE_HOURS],
            tell=TELL,
            steps=STEPS,
        )


def _save(ports: Ports, promise_id: int) -> Response:
    values = _as_typed()
    try:
        values = _typed_values()
        with ports.db.transaction() as session:
            ensure_policies(session)
            row = _found(session, promise_id) if promise_id else SlaPolicy()
            before = _values(row) if promise_id else {}
            _write(session, row, values)
            done = "promise.changed" if promise_id else "promise.added"
            written_down(session, done, f"sla_policy:{row.id}", before, _values(row))
    except (NotAllowed, Misconfigured) as error:
        problem = error.detail if isinstance(error, Misconfigured) else str(error)
        return _page(ports, promise_id, problem=problem, values=values)
    return redirect(url_for("console.promises"), 303)


def _write(session: Session, row: SlaPolicy, values: dict[str, Any]) -> None:
    twin = select(SlaPolicy.id).where(
        SlaPolicy.queue == values["queue"], SlaPolicy.sla_class == values["sla_class"], SlaPolicy.id != (row.id or 0)
    )
    if session.scalar(twin) is not None:
        raise NotAllowed("Já existem prazos para esta fila e esta classe.")
    names = organogram(session).names
    if unknown := {step.queue for step in steps_of(values["chain"])} - names - {""}:
        raise NotAllowed(f"Não existe a fila {', '.join(sorted(unknown))}.")
    if values["queue"] and values["queue"] not in names and values["queue"] != row.queue:
        raise NotAllowed(f"Não existe a fila {values['queue']}.")
    for key, value in values.items():
        setattr(row, key, value)
    terms_of(row)
    session.add(row)
    session.flush()


def _as_typed() -> dict[str, Any]:
    """The form as it came: what is shown again where something in it could not be read."""
    names = ("queue", "sla_class", "calendar", "warn_percent", *(f"{kind}_minutes" for kind in KINDS))
    steps = [(typed(f"percent-{number}", 5), request.form.get(f"to-{number}", "")) for number in range(STEPS)]
    chain = [
        {"percent": percent, "queue" if to.startswith("queue:") else "tell": to.removeprefix("queue:")}
        for percent, to in steps
        if percent
    ]
    return {**{name: typed(name, 60) for name in names}, "chain": chain}


def _typed_values() -> dict[str, Any]:
    values: dict[str, Any] = {name: typed(name, 60) for name in ("queue", "sla_class", "calendar")}
    values["warn_percent"] = typed_count("warn_percent", 1, 100) or 0
    for kind in KINDS:
        values[f"{kind}_minutes"] = typed_count(f"{kind}_minutes", 1, LONGEST_MINUTES)
        if typed(f"{kind}_minutes") and values[f"{kind}_minutes"] is None:
            raise NotAllowed(f"{KIND_NAMES[kind]}: um número de minutos, ou vazio para não medir.")
    chain = []
    for number in range(STEPS):
        percent, to = typed(f"percent-{number}", 5), request.form.get(f"to-{number}", "")
        if percent:
            step = {"queue": to.removeprefix("queue:")} if to.startswith("queue:") else {"tell": to}
            chain.append({"percent": typed_count(f"percent-{number}", 1, 1000) or 0, **step})
    values["chain"] = chain_row(steps_of(chain))
    return values


def _remove(ports: Ports, promise_id: int) -> Response:
    with ports.db.transaction() as session:
        row = _found(session, promise_id)
        before = _values(row)
        session.delete(row)
        written_down(session, "promise.removed", f"sla_policy:{promise_id}", before, {})
    return redirect(url_for("console.promises"), 303)


def _values(row: SlaPolicy) -> dict[str, Any]:
    names = ("queue", "sla_class", "calendar", "warn_percent", "chain", *(f"{kind}_minutes" for kind in KINDS))
    return {name: getattr(row, name) for name in names}


def _targets(row: SlaPolicy) -> str:
    given = ((KIND_NAMES[kind], getattr(row, f"{kind}_minutes")) for kind in KINDS)
    return " · ".join(f"{name}: {_span(minutes)}" for name, minutes in given if minutes)


def _span(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _found(session: Session, promise_id: int) -> SlaPolicy:
    row = session.get(SlaPolicy, promise_id) if promise_id <= LARGEST_ID else None
    if row is None:
        abort(404, "Estes prazos não existem.")
    return row
