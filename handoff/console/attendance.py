"""The switch in the top bar that says whether somebody is there, and the sign of life of an open console."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.assignment.presence import LOST, OFFLINE, ONLINE, PAUSED, PAUSED_TOO_LONG, Stand, seen, stand_of, switch
from handoff.assignment.terms import desk_terms
from handoff.console.live import Region
from handoff.console.ports import Ports, attendant, visit

NAMES = {ONLINE: "Disponível", OFFLINE: "Fora do atendimento"}
WHY_OFFLINE = {LOST: "Fora: ficou sem conexão", PAUSED_TOO_LONG: "Fora: a pausa passou do tempo"}


@dataclass(frozen=True)
class Choice:
    """An entry of the switch: what the form sends, and whether it is so now."""

    state: str
    reason: str
    title: str
    current: bool


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the switch, which every page shows, to the blueprint."""
    blueprint.add_url_rule("/presence", "presence", partial(_switch, ports), methods=["POST"])
    blueprint.context_processor(lambda: {"presence": partial(_region, ports)})


def sign_of_life(session: Session, ports: Ports) -> dict[str, str]:
    """Writes down that this console is open; the switch as a part of a page, for what is fetched live."""
    seen(session, attendant().id, ports.now())
    return {"presence": _html(session)}


def _region(ports: Ports) -> Region:
    """The switch on a page. Read once per request, however many templates are drawn."""
    if "console_presence" not in g:
        with ports.db.reading() as session:
            g.console_presence = Region("presence", _html(session))
    region: Region = g.console_presence
    return region


def _html(session: Session) -> str:
    stand = stand_of(session, attendant().id)
    choices = [
        Choice(ONLINE, "", NAMES[ONLINE], stand.state == ONLINE),
        *(
            Choice(PAUSED, reason, f"Pausa: {reason}", (stand.state, stand.reason) == (PAUSED, reason))
            for reason in desk_terms(session).pause_reasons
        ),
        Choice(OFFLINE, "", "Sair do atendimento", stand.state == OFFLINE),
    ]
    return render_template(
        "console/presence.html", state=stand.state, title=_title(stand), choices=choices, csrf=visit().csrf
    )


def _title(stand: Stand) -> str:
    if stand.state == PAUSED:
        return f"Pausa: {stand.reason}"
    return WHY_OFFLINE.get(stand.reason, NAMES[OFFLINE]) if stand.state == OFFLINE else NAMES[ONLINE]


def _switch(ports: Ports) -> Response:
    state, reason = request.form.get("state", ""), request.form.get("reason", "")
    with ports.db.transaction() as session:
        denied = switch(session, attendant().id, state, reason, ports.now())
    if denied:
        abort(400, denied.reason)
    return redirect(_where_they_were(), 303)


def _where_they_were() -> str:
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or not came.path.startswith("/console/"):
        return url_for("console.inbox")
    return came.path + (f"?{came.query}" if came.query else "")
