"""The live board for supervisors: how each queue stands, what each person has, and a way into every conversation."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from handoff.console.framing import add_live
from handoff.console.live import as_regions
from handoff.console.ports import House, Ports, attendant, house, permitted, visit
from handoff.console.standing_board import read_people, read_queues, read_waiting


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    add_live(blueprint, "/board", "board", partial(_page, ports), partial(_parts, ports))


def _page(ports: Ports) -> Response:
    place, parts = _parts(ports)
    page = render_template(
        "console/reports/board.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        regions=as_regions(parts),
    )
    return make_response(page)


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    who, now = permitted("report.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        queues = read_queues(session, now, place.zone)
        people = read_people(session, who, now, place.zone)
        waiting = read_waiting(session, who, now)
    part = render_template(
        "console/reports/board_part.html", queues=queues, people=people, waiting=waiting, who=who, csrf=visit().csrf
    )
    return place, {"board": part}
