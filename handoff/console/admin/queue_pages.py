"""Queues: the organogram in its order, and a form made from the terms of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, abort, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.admin.boxes import Kind, Pick, Senseless
from handoff.console.admin.fields import Field, as_json, boxes_of, fields_of, typed_boxes, typed_fields
from handoff.console.admin.page import frame, written_down
from handoff.console.framing import typed
from handoff.console.ports import Ports, attendant, house
from handoff.queue_desk import NEEDED, move_queue, open_in, switch_queue, write_queue
from handoff.queues import TEMPLATE, Queue, ensure_organogram, organogram
from handoff.staff import NotAllowed
from models.calendar import CalendarRow

TITLES = {
    "about": "O que vem para cá",
    "level": "Nível (1 a 3; 0: nenhum)",
    "calendar": "Calendário",
    "push": "Entregar a quem está presente (senão cada um puxa)",
    "weight": "Peso na capacidade",
    "overflow_minutes": "Transborda depois de (minutos; 0: nunca)",
    "overflow_to": "Transborda para",
    "talks_to_customers": "Fala com o cliente",
    "skills": "Habilidades necessárias",
    "escalates_to": "Próximo nível",
    "checklist": "Antes de passar adiante",
    "remind_minutes": "Lembrar o cliente calado depois de (minutos; 0: nunca)",
    "close_minutes": "Encerrar depois de mais (minutos; 0: nunca)",
    "reopen_hours": "Reabre a mesma conversa por (horas)",
}


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/queues", "queues", partial(_list, ports))
    blueprint.add_url_rule("/admin/queues/new", "queue_new", partial(_page, ports, ""))
    blueprint.add_url_rule("/admin/queues/new", "queue_add", partial(_save, ports, ""), methods=["POST"])
    blueprint.add_url_rule("/admin/queues/<name>", "queue", partial(_page, ports))
    blueprint.add_url_rule("/admin/queues/<name>", "queue_change", partial(_save, ports), methods=["POST"])
    for act in ("move", "switch"):
        where = f"/admin/queues/<name>/{act}"
        blueprint.add_url_rule(where, f"queue_{act}", partial(_act, ports, act), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.reading() as session:
        place, known = house(session), organogram(session)
        return frame("queues", "queues", place, known=known, waiting=open_in(session))


def _plain(name: str) -> Queue:
    return next((queue for queue in TEMPLATE if queue.name == name), Queue(name, ""))


def _fields(session: Session, name: str) -> list[Field]:
    known = organogram(session)
    names = ["", *(queue.name for queue in known.queues)]
    calendars = list(session.scalars(select(CalendarRow.name).order_by(CalendarRow.name)))
    another = Pick(tuple((one, one or "(nenhuma)") for one in names))
    calendar: dict[str, Kind] = {"calendar": Pick(tuple((one, one) for one in calendars))} if calendars else {}
    kinds: dict[str, Kind] = {"overflow_to": another, "escalates_to": another, **calendar}
    now = next((queue for queue in (*known.queues, *known.closed) if queue.name == name), None)
    if now is None and name:
        abort(404, "Esta fila não existe.")
    given = as_json(now) if now else {}
    return fields_of(_plain(name), given, TITLES, kinds, leave=("name",))


def _page(ports: Ports, name: str, *, problem: str = "", values: Mapping[str, str] | None = None) -> Response:
    with ports.db.reading() as session:
        place = house(session)
        shown = _fields(session, name)
        known = organogram(session)
        return frame(
            "queue",
            "queues",
            place,
            status=409 if problem else 200,
            problem=problem,
            name=name,
            fields=shown,
            values=values or boxes_of(shown),
            others=[queue.name for queue in known.queues if queue.name != name],
            active=name in known.names,
            inside=open_in(session).get(name, 0),
            needed=name in NEEDED,
        )


def _save(ports: Ports, name: str) -> Response:
    called = name or typed("name", 60)
    try:
        with ports.db.transaction() as session:
            ensure_organogram(session)
            terms = typed_fields(_fields(session, name), typed_boxes())
            before = write_queue(session, called, terms, new=not name)
            written_down(session, "queue.changed" if name else "queue.added", f"queue:{called}", before, terms)
    except (NotAllowed, Senseless) as problem:
        return _page(ports, name, problem=str(problem), values=typed_boxes())
    return redirect(url_for("console.queues"), 303)


def _act(ports: Ports, act: str, name: str) -> Response:
    try:
        with ports.db.transaction() as session:
            if act == "move":
                if move_queue(session, name, up=typed("up") == "1"):
                    audit.record(session, attendant().login, "queue.moved", f"queue:{name}", up=typed("up") == "1")
            else:
                on = typed("on") == "1"
                changed, moved = switch_queue(
                    session, name, attendant(), on=on, now=ports.now(), move_to=typed("move_to")
                )
                if changed:
                    after = {"active": on, "moved": moved, "to": typed("move_to") if moved else ""}
                    written_down(session, "queue.switched", f"queue:{name}", {"active": not on}, after)
    except NotAllowed as problem:
        return _page(ports, name, problem=str(problem))
    return redirect(url_for("console.queues"), 303)
