"""The buttons of a visit: the moment that was agreed on, and that the technician is there or nobody comes."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, request
from sqlalchemy.orm import Session

from handoff import visits
from handoff.console.acts import perform
from handoff.console.network.moments import typed_moment
from handoff.console.ports import Ports, attendant, house, row_id
from handoff.outcome import Denied, Done


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the buttons; each is a POST with the session's form token."""
    for name, act in {"agree": _agree, "end": _end}.items():
        blueprint.add_url_rule(
            f"/c/<int:conversation_id>/visit/{name}",
            f"visit_{name}",
            partial(perform, ports, partial(act, ports)),
            methods=["POST"],
        )


def _agree(ports: Ports, session: Session, conversation_id: int) -> Done | Denied:
    now = ports.now()
    try:
        at = typed_moment(request.form.get("at", ""), house(session).zone, now)
    except ValueError:
        at = None
    return visits.agree(session, conversation_id, attendant(), _visit(), at, now=now) if at else visits.PAST


def _end(ports: Ports, session: Session, conversation_id: int) -> Done | Denied:
    how = request.form.get("how", "")
    return visits.end(session, conversation_id, attendant(), _visit(), how, now=ports.now())


def _visit() -> int:
    return row_id(request.form.get("visit", ""))
