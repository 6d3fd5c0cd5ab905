"""Calendars: the hours of the week, the holidays, and the days that differ; what each makes of the next days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.dates import format_date, local_date
from core.errors import Misconfigured
from core.work_calendar import WorkCalendar
from handoff.calendars import HOLIDAY_KINDS, calendar_of, ensure_calendars
from handoff.console.admin.page import frame, written_down
from handoff.console.admin.special_days import day_line, read_day, read_hours, spans
from handoff.console.framing import typed
from handoff.console.ports import House, Ports, house
from handoff.queues import ALWAYS, OFFICE_HOURS, organogram
from handoff.staff import NotAllowed
from models.agent import Agent
from models.calendar import CalendarRow
from models.provider import Provider
from models.sla import SlaPolicy

DAYS = ("Segunda", "Terça", "Quarta", "Quinta", "Sexta", "Sábado", "Domingo")
HOLIDAYS = {"national": "Nacionais", "state": "Do estado", "optional": "Pontos facultativos (Carnaval, por exemplo)"}
AHEAD = 10


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/calendars", "calendars", partial(_list, ports))
    blueprint.add_url_rule("/admin/calendars/new", "calendar_new", partial(_page, ports, ""))
    blueprint.add_url_rule("/admin/calendars/new", "calendar_add", partial(_save, ports, ""), methods=["POST"])
    blueprint.add_url_rule("/admin/calendars/<name>", "calendar", partial(_page, ports))
    blueprint.add_url_rule("/admin/calendars/<name>", "calendar_change", partial(_save, ports), methods=["POST"])
    remove = "/admin/calendars/<name>/remove"
    blueprint.add_url_rule(remove, "calendar_remove", partial(_remove, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        ensure_calendars(session)
        place = house(session)
        rows = session.scalars(select(CalendarRow).order_by(CalendarRow.name)).all()
        shown = [(row.name, _summary(row.terms)) for row in rows]
    return frame("calendars", "calendars", place, calendars=shown)


def _page(ports: Ports, name: str, *, problem: str = "", given: Mapping[str, Any] | None = None) -> Response:
    with ports.db.transaction() as session:
        ensure_calendars(session)
        place = house(session)
        row = session.get(CalendarRow, name) if name else None
        if name and row is None:
            abort(404, "Este calendário não existe.")
        terms: Mapping[str, Any] = row.terms if row else {"holidays": ["national", "state"]}
        terms = terms if given is None else given
        # What could not be read is shown as it was typed, to be put right.
        again = bool(problem) and given is None and request.method == "POST" and "days" in request.form
        return frame(
            "calendar",
            "calendars",
            place,
            status=409 if problem else 200,
            problem=problem,
            name=name,
            always=request.form.get("always") == "1" if again else bool(terms.get("always_open")),
            week=list(zip(DAYS, _typed_week() if again else _week_lines(terms), strict=True)),
            holidays=HOLIDAYS,
            ticked=request.form.getlist("holiday") if again else terms.get("holidays", []),
            days=typed("days", 10_000) if again else "\n".join(day_line(one) for one in terms.get("days", [])),
            ahead=[] if problem else _ahead(ports, session, place, name or "novo", terms),
        )


def _save(ports: Ports, name: str) -> Response:
    called, terms = name or typed("name", 60), None
    try:
        terms = _typed_terms()
        with ports.db.transaction() as session:
            ensure_calendars(session)
            row = session.get(CalendarRow, called, with_for_update=True)
            if not called or (row is not None and not name):
                raise NotAllowed("Dê ao calendário um nome que ainda não existe.")
            _read(session, called, terms)
            before = dict(row.terms) if row else {}
            if row is None:
                session.add(CalendarRow(name=called, terms=terms))
            else:
                row.terms = terms
            written_down(session, "calendar.changed", f"calendar:{called}", before, terms)
    except (NotAllowed, Misconfigured) as error:
        problem = error.detail if isinstance(error, Misconfigured) else str(error)
        return _page(ports, name, problem=problem, given=terms)
    return redirect(url_for("console.calendars"), 303)


def _remove(ports: Ports, name: str) -> Response:
    try:
        with ports.db.transaction() as session:
            row = session.get(CalendarRow, name, with_for_update=True)
            if row is None:
                abort(404, "Este calendário não existe.")
            known = organogram(session)
            used = {queue.calendar for queue in (*known.queues, *known.closed)} | {OFFICE_HOURS, ALWAYS}
            used |= set(session.scalars(select(SlaPolicy.calendar))) | set(session.scalars(select(Agent.shift)))
            if name in used:
                raise NotAllowed("Este calendário está em uso por uma fila, um prazo ou um turno.")
            session.delete(row)
            written_down(session, "calendar.removed", f"calendar:{name}", dict(row.terms), {})
    except NotAllowed as problem:
        return _page(ports, name, problem=str(problem))
    return redirect(url_for("console.calendars"), 303)


def _typed_terms() -> dict[str, Any]:
    if request.form.get("always") == "1":
        return {"always_open": True}
    week = [read_hours(told) for told in _typed_week()]
    holidays = [kind for kind in HOLIDAY_KINDS if kind in request.form.getlist("holiday")]
    lines = typed("days", 10_000).splitlines()
    return {"week": week, "holidays": holidays, "days": [read_day(line) for line in lines if line.strip()]}


def _typed_week() -> list[str]:
    return [typed(f"day-{number}") for number in range(len(DAYS))]


def _week_lines(terms: Mapping[str, Any]) -> list[str]:
    return [spans(hours) for hours in terms.get("week", [[]] * len(DAYS))]


def _summary(terms: Mapping[str, Any]) -> str:
    if terms.get("always_open"):
        return "24 horas, todos os dias"
    lines = zip(DAYS, _week_lines(terms), strict=True)
    return " · ".join(f"{day[:3]} {hours}" for day, hours in lines if hours) or "nunca abre"


def _read(session: Session, name: str, terms: Mapping[str, Any]) -> WorkCalendar:
    row = session.scalars(select(Provider).order_by(Provider.id).limit(1)).first()
    return calendar_of(name, terms, zone=house(session).zone, state=row.state if row else "")


def _ahead(
    ports: Ports, session: Session, place: House, name: str, terms: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """The next days as the calendar has them: what an administrator checks it by."""
    try:
        calendar = _read(session, name, terms)
    except Misconfigured:
        return []
    today = local_date(ports.now(), place.zone)
    days = (today + timedelta(days=number) for number in range(AHEAD))
    return [
        (DAYS[day.weekday()], format_date(day), ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in calendar.hours(day)))
        for day in days
    ]


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
