"""Incidents: those that are open and the latest that ended, and the page of one with its evidence."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Blueprint, abort, render_template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import add_live
from handoff.console.live import TOKEN_MARK
from handoff.console.network.incident_words import KINDS, SHOWN, Fault, Tally, fault, read_touched, tallies
from handoff.console.network.jobs import names_of
from handoff.console.network.page import frame
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.permits import may
from models.incident import Incident

RECENT = timedelta(days=7)
MOST = 60
NO_INCIDENT = "Este incidente não existe."
VIEWED_AGAIN = timedelta(hours=1)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of one and their live parts."""
    add_live(blueprint, "/network/incidents", "incidents", partial(_list, ports), partial(_list_parts, ports))
    add_live(
        blueprint,
        "/network/incidents/<int:incident_id>",
        "incident",
        partial(incident_page, ports),
        partial(_parts, ports),
    )


def found_incident(session: Session, incident_id: int) -> Incident:
    """The incident. Ends the request with 404 where there is none."""
    row = session.get(Incident, incident_id) if incident_id <= LARGEST_ID else None
    if row is None:
        abort(404, NO_INCIDENT)
    return row


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    handles = may(permitted("network.see"), "incident.handle")
    return frame("console/network/incidents.html", "incidents", place, parts, handles=handles)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("network.see")
    now = ports.now()
    with ports.db.reading() as session:
        place, names = house(session), names_of(session)
        wanted = select(Incident).where(or_(Incident.ended_at.is_(None), Incident.started_at > now - RECENT))
        rows = session.scalars(wanted.order_by(Incident.id.desc()).limit(MOST)).all()
        counts = tallies(session, [row.id for row in rows])
        faults = [fault(row, counts.get(row.id, Tally()), names, place, now) for row in rows]
    groups = {
        "Agora": [one for one in faults if one.open and one.state != "ahead"],
        "Programadas": [one for one in faults if one.state == "ahead"],
        "Terminando": [one for one in faults if one.state == "back"],
        "Últimos 7 dias": [one for one in faults if one.state == "over"],
    }
    return place, {"incidents": render_template("console/network/incidents_part.html", groups=groups)}


def incident_page(ports: Ports, incident_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of one, also as the answer to a button that could not do what it says."""
    place, parts = _parts(ports, incident_id)
    template = "console/network/incident.html"
    return frame(template, "incidents", place, parts, status=status, incident_id=incident_id, problem=problem)


def _parts(ports: Ports, incident_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("network.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        row = found_incident(session, incident_id)
        audit.record_once(session, who.login, "network.incident_viewed", f"incident:{row.id}", within=VIEWED_AGAIN)
        shown: Fault = fault(row, tallies(session, [row.id]).get(row.id, Tally()), names_of(session), place, now)
        html = render_template(
            "console/network/incident_part.html",
            fault=shown,
            touched=read_touched(session, row, place, now),
            most=SHOWN,
            handles=may(who, "incident.handle"),
            kinds={name: words for name, words in KINDS.items() if name != "planned"},
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"incident": html}
