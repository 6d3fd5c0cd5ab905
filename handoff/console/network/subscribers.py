"""The subscribers of a PON or a CTO, with the state of each line: customers' data, so every look leaves a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import add_live
from handoff.console.network.counts import STATES, Counts
from handoff.console.network.page import frame
from handoff.console.network.topology import is_silent, line_state, status_of_contract
from handoff.console.ports import House, Ports, house, permitted
from handoff.console.wording import contract_status, moment
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from models.onu_status import OnuStatus
from provisioning.outages.limits import read_limits

VIEWED_AGAIN = timedelta(hours=1)
MOST_SHOWN = 300
WORST_FIRST = ("los", "power", "off", "unread", "online")


@dataclass(frozen=True)
class Subscriber:
    """One line. `power` is the received power in words, `since` when its state began."""

    number: str
    name: str
    address: str
    login: str
    cto: str
    onu: str
    state: str
    state_text: str
    power: str
    since: str
    status: str
    status_text: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    add_live(blueprint, "/network/lines", "network_lines", partial(_page, ports), partial(_parts, ports))


def _page(ports: Ports) -> Response:
    place, parts = _parts(ports)
    return frame("console/network/lines.html", "map", place, parts, where=_where())


def _where() -> dict[str, str]:
    """OLT, PON and CTO of the address; at least an OLT."""
    found = {name: request.args.get(name, "")[:120].replace("\x00", "") for name in ("olt", "pon", "cto")}
    if not found["olt"]:
        abort(404, "Escolha uma PON ou uma CTO no mapa.")
    return found


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    who, now, where = permitted("network.see"), ports.now(), _where()
    subject = "place:" + " ".join(filter(None, where.values()))
    with ports.db.transaction() as session:
        place = house(session)
        lines = _read(session, where, place, now)
        audit.record_once(session, who.login, "network.lines_viewed", subject, within=VIEWED_AGAIN)
        html = render_template(
            "console/network/lines_part.html",
            lines=lines[:MOST_SHOWN],
            more=len(lines) - MOST_SHOWN,
            counts=Counts({state: sum(line.state == state for line in lines) for state in STATES}),
        )
    return place, {"lines": html}


def _read(session: Session, where: dict[str, str], place: House, now: datetime) -> list[Subscriber]:
    device = session.scalars(select(Device).where(Device.name == where["olt"], Device.role == "olt")).one_or_none()
    silent = device is not None and is_silent(device, now)
    state = line_state(now - read_limits(session).stale)
    wanted = (
        select(Contract, Customer.name, OnuStatus, state)
        .join(Customer, Customer.id == Contract.customer_id)
        .outerjoin(OnuStatus, status_of_contract())
        .where(Contract.olt == where["olt"], Contract.status != "cancelled")
    )
    if where["pon"]:
        wanted = wanted.where(Contract.pon == where["pon"])
    if where["cto"]:
        wanted = wanted.where(Contract.cto == where["cto"])
    found = [
        _subscriber(contract, name, status, "unread" if silent else known, place, now)
        for contract, name, status, known in session.execute(wanted.order_by(Contract.cto, Contract.number))
    ]
    return sorted(found, key=lambda line: WORST_FIRST.index(line.state))


def _subscriber(
    contract: Contract, name: str, status: OnuStatus | None, state: str, place: House, now: datetime
) -> Subscriber:
    read = status if state != "unread" else None
    return Subscriber(
        number=contract.number,
        name=name,
        address=contract.address,
        login=contract.pppoe_login,
        cto=contract.cto,
        onu=contract.onu,
        state=state,
        state_text=STATES[state],
        power=f"{read.rx_dbm:.1f} dBm".replace(".", ",") if read and read.rx_dbm is not None else "",
        since=_since(status, state, place, now),
        status=contract.status,
        status_text=contract_status(contract.status, contract.blocked_for),
    )


def _since(status: OnuStatus | None, state: str, place: House, now: datetime) -> str:
    if status is None:
        return "a OLT não mostrou esta ONU"
    if state == "unread":
        return f"última leitura {moment(status.seen_at, now, place.zone)}"
    return f"desde {moment(status.changed_at, now, place.zone)}"
