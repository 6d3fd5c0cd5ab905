"""The live board for supervisors: how each queue stands, what each person has, and a way into every conversation."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from handoff.console.live import as_regions, live_response
from handoff.console.ports import House, Ports, attendant, house, permitted, visit
from handoff.console.standing_board import read_people, read_queues, read_waiting


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    blueprint.add_url_rule("/board", "board", partial(_page, ports))
    blueprint.add_url_rule("/board/live", "board_live", partial(_live, ports))


def _page(ports: Ports) -> Response:
    place, region = _region(ports)
    page = render_template(
        "console/reports/board.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        regions=as_regions({"board": region}),
    )
    return make_response(page)


def _live(ports: Ports) -> Response:
    return live_response({"board": _region(ports)[1]})


def _region(ports: Ports) -> tuple[House, str]:
    who, now = permitted("report.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        queues = read_queues(session, now, place.zone)
        people = read_people(session, who, now, place.zone)
        waiting = read_waiting(session, who, now)
    part = render_template(
        "console/reports/board_part.html", queues=queues, people=people, waiting=waiting, who=who, csrf=visit().csrf
    )
    return place, part
