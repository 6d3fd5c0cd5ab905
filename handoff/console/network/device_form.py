"""Adding, changing, testing and switching off equipment: the form is made from what its driver says it needs."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import typed
from handoff.console.network.devices import ROLES, device_page, found_device
from handoff.console.network.page import frame
from handoff.console.ports import Ports, house, permitted
from models.device import Device
from provisioning import device_admin
from provisioning.driver import Driver, drivers
from provisioning.vault import secret_names

LONGEST = 4000
WRONG_PACE = "Comandos por minuto: um número, 0 para não limitar."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the forms and the buttons of a device; all for administrators."""
    new, one = "/network/devices/new", "/network/devices/<int:device_id>"
    blueprint.add_url_rule(new, "device_new", partial(_new, ports))
    blueprint.add_url_rule(new, "device_add", partial(_add, ports), methods=["POST"])
    blueprint.add_url_rule(f"{one}/edit", "device_edit", partial(_edit, ports))
    blueprint.add_url_rule(f"{one}/edit", "device_change", partial(_change, ports), methods=["POST"])
    blueprint.add_url_rule(f"{one}/test", "device_test", partial(_test, ports), methods=["POST"])
    blueprint.add_url_rule(f"{one}/enabled", "device_enabled", partial(_enabled, ports), methods=["POST"])


def _new(ports: Ports, problem: str = "", status: int = 200) -> Response:
    permitted("device.change")
    driver = drivers().get(typed("kind"))
    given = {name: request.form.get(name, "")[:LONGEST] for name in ("name", "pop", "per_minute")}
    return _form(ports, driver, None, given, problem, status)


def _form(
    ports: Ports, driver: Driver | None, row: Device | None, typed: dict[str, str], problem: str, status: int
) -> Response:
    """Secrets are never sent back: of one that is kept it is only said that it is."""
    with ports.db.reading() as session:
        place = house(session)
    values = {item.name: request.form.get(f"field-{item.name}") for item in driver.fields} if driver else {}
    kept = dict(row.fields) if row else {}
    return frame(
        "console/network/device_form.html",
        "devices",
        place,
        {},
        status=status,
        driver=driver,
        kinds=sorted(drivers().values(), key=lambda item: (item.role, item.title)),
        roles=ROLES,
        row=row,
        typed=typed,
        values={name: value if value is not None else kept.get(name, "") for name, value in values.items()},
        stored=secret_names(row.secrets) if row else frozenset(),
        problem=problem,
    )


def _add(ports: Ports) -> Response:
    who = permitted("device.change")
    driver = drivers().get(typed("kind"))
    if driver is None:
        return _new(ports, "Escolha o tipo do equipamento.", 409)
    name, pace = typed("name", 120), _pace()
    problem = WRONG_PACE
    if pace is not None:
        with ports.db.transaction() as session:
            problem = device_admin.add_device(
                session,
                ports.vault,
                name=name,
                kind=driver.kind,
                fields=_fields(driver),
                pop=typed("pop", 120),
                per_minute=pace,
            )
            if not problem:
                audit.record(session, who.login, "network.device_added", f"device:{name}", kind=driver.kind)
    if problem:
        return _new(ports, problem, 409)
    return redirect(url_for("console.devices"), 303)


def _edit(ports: Ports, device_id: int, problem: str = "", status: int = 200) -> Response:
    permitted("device.change")
    with ports.db.reading() as session:
        row = found_device(session, device_id)
        typed = {"name": row.name, "pop": row.pop, "per_minute": str(row.per_minute)}
        session.expunge(row)
    typed |= {name: request.form[name][:LONGEST] for name in ("pop", "per_minute") if name in request.form}
    return _form(ports, drivers().get(row.kind), row, typed, problem, status)


def _change(ports: Ports, device_id: int) -> Response:
    who, pace = permitted("device.change"), _pace()
    with ports.db.transaction() as session:
        row = found_device(session, device_id)
        driver = drivers().get(row.kind)
        if driver is None:
            abort(409, f"Não há mais driver para {row.kind}.")
        problem = WRONG_PACE
        if pace is not None:
            given = _fields(driver)
            problem = device_admin.change_device(
                session, ports.vault, name=row.name, fields=given, pop=typed("pop", 120), per_minute=pace
            )
        if not problem:
            audit.record(session, who.login, "network.device_changed", f"device:{row.name}", fields=_changed(driver))
    if problem:
        return _edit(ports, device_id, problem, 409)
    return redirect(url_for("console.device", device_id=device_id), 303)


def _test(ports: Ports, device_id: int) -> Response:
    """Speaks to the equipment, outside of any transaction; what it answers is on the page that comes back."""
    who = permitted("device.change")
    with ports.db.transaction() as session:
        name = found_device(session, device_id).name
        audit.record(session, who.login, "network.device_tested", f"device:{name}")
    answered, told = ports.probe(name)
    return device_page(ports, device_id, told=told if answered else "", problem="" if answered else told)


def _enabled(ports: Ports, device_id: int) -> Response:
    who, on = permitted("device.change"), request.form.get("on") == "1"
    with ports.db.transaction() as session:
        name = session.scalars(select(Device.name).where(Device.id == found_device(session, device_id).id)).one()
        if not device_admin.set_enabled(session, name, on):
            audit.record(session, who.login, "network.device_enabled", f"device:{name}", on=on)
    return redirect(url_for("console.device", device_id=device_id), 303)


def _fields(driver: Driver) -> dict[str, str]:
    return {item.name: request.form.get(f"field-{item.name}", "")[:LONGEST] for item in driver.fields}


def _changed(driver: Driver) -> list[str]:
    """The names of the secrets that were given anew; their values stand nowhere."""
    return [item.name for item in driver.fields if item.secret and request.form.get(f"field-{item.name}")]


def _pace() -> int | None:
    text = typed("per_minute", 120) or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
