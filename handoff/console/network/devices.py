"""The equipment and how each does: its circuit, its last answer and error, and its log, live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.masking import mask_personal_data
from handoff.console.framing import add_live
from handoff.console.network.page import frame
from handoff.console.network.topology import is_silent
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import clock, day, moment
from handoff.permits import may
from models.device import Device, DeviceLine
from provisioning.device_admin import shown
from provisioning.driver import drivers

ROLES = {"olt": "OLT", "access": "Acesso (RADIUS ou roteador)", "acs": "ACS (TR-069)"}
LINES = 200


@dataclass(frozen=True)
class Machine:
    """A device as pages show it. `state` is a CSS word of `state_text`."""

    id: int
    name: str
    kind: str
    role: str
    pop: str
    enabled: bool
    state: str
    state_text: str
    facts: tuple[tuple[str, str], ...]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, a device's page and their live parts."""
    add_live(blueprint, "/network/devices", "devices", partial(_list, ports), partial(_list_parts, ports))
    add_live(
        blueprint, "/network/devices/<int:device_id>", "device", partial(device_page, ports), partial(_parts, ports)
    )


def found_device(session: Session, device_id: int) -> Device:
    """The device. Ends the request with 404 where there is none."""
    row = session.get(Device, device_id) if device_id <= LARGEST_ID else None
    if row is None:
        abort(404, "Este equipamento não existe.")
    return row


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    changes = may(permitted("network.see"), "device.change")
    return frame("console/network/devices.html", "devices", place, parts, changes=changes)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("network.see")
    now = ports.now()
    with ports.db.reading() as session:
        place = house(session)
        rows = session.scalars(select(Device).order_by(Device.role.desc(), Device.name))
        machines = [machine(row, place, now) for row in rows]
    return place, {"devices": render_template("console/network/devices_part.html", machines=machines)}


def device_page(ports: Ports, device_id: int, *, problem: str = "", told: str = "", status: int = 200) -> Response:
    """The page of a device, also as the answer to its buttons."""
    place, parts = _parts(ports, device_id)
    more = {"device_id": device_id, "problem": problem, "told": told}
    return frame("console/network/device.html", "devices", place, parts, status=status, **more)


def _parts(ports: Ports, device_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("network.see"), ports.now()
    with ports.db.reading() as session:
        place = house(session)
        row = found_device(session, device_id)
        driver = drivers().get(row.kind)
        newest = select(DeviceLine).where(DeviceLine.device_id == row.id).order_by(DeviceLine.id.desc()).limit(LINES)
        html = render_template(
            "console/network/device_part.html",
            machine=machine(row, place, now),
            fields=shown(row, driver) if driver else [],
            log=[_line(line, place, now) for line in reversed(session.scalars(newest).all())],
            changes=may(who, "device.change"),
            csrf=visit().csrf,
        )
    return place, {"device": html}


def machine(row: Device, place: House, now: datetime) -> Machine:
    """The device in words."""
    driver = drivers().get(row.kind)
    state, words = _state(row, place, now)
    facts = [
        ("Última resposta", moment(row.answered_at, now, place.zone) if row.answered_at else "nunca"),
        (
            "Última falha",
            f"{moment(row.failed_at, now, place.zone)} ({row.last_error})" if row.failed_at else "nenhuma",
        ),
    ]
    if row.role == "olt":
        facts.append(("Última varredura", moment(row.swept_at, now, place.zone) if row.swept_at else "nunca"))
    if row.per_minute:
        facts.append(("Ritmo", f"até {row.per_minute} comandos por minuto"))
    return Machine(
        id=row.id,
        name=row.name,
        kind=driver.title if driver else f"{row.kind} (sem driver)",
        role=ROLES.get(row.role, row.role),
        pop=row.pop,
        enabled=row.enabled,
        state=state,
        state_text=words,
        facts=tuple(facts),
    )


def _state(row: Device, place: House, now: datetime) -> tuple[str, str]:
    if not row.enabled:
        return "off", "desativado"
    if row.open_until is not None and row.open_until > now:
        return "open", f"não responde: pausa até {clock(row.open_until, place.zone)}"
    if is_silent(row, now):
        times = "1 vez" if row.failures == 1 else f"{row.failures} vezes seguidas"
        return "silent", f"não respondeu {times}"
    if row.answered_at is None:
        return "new", "ainda não foi usado"
    return ("wrong", f"responde, com erro: {row.last_error}") if row.last_error else ("good", "responde")


def _line(line: DeviceLine, place: House, now: datetime) -> tuple[str, str]:
    name = day(line.at, now, place.zone)
    at = f"{clock(line.at, place.zone)}:{line.at:%S}"
    return (at if name == "hoje" else f"{name} {at}"), mask_personal_data(line.text)
