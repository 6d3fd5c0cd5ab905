"""The map: POP, OLT, PON and CTO with the state of their lines, as the last sweep of each OLT left it."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from handoff.console.framing import add_live
from handoff.console.network.page import frame
from handoff.console.network.scopes import place_name
from handoff.console.network.topology import read_network
from handoff.console.ports import House, Ports, house, permitted
from handoff.console.wording import moment, waited
from handoff.permits import may

LEAST_LATE_MINUTES = 10


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    add_live(blueprint, "/network", "network", partial(_page, ports), partial(_parts, ports))


def _page(ports: Ports) -> Response:
    place, parts = _parts(ports)
    return frame("console/network/map.html", "map", place, parts)


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    who, now = permitted("network.see"), ports.now()
    with ports.db.reading() as session:
        place = house(session)
        network = read_network(session, now)
        html = render_template(
            "console/network/map_part.html",
            network=network,
            may_add=may(who, "device.change"),
            when=lambda at: moment(at, now, place.zone),
            ago=lambda at: waited(at, now),
            late=lambda at: (now - at).total_seconds() > LEAST_LATE_MINUTES * 60,
            place_name=place_name,
        )
    return place, {"map": html}
