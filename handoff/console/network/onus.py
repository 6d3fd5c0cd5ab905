"""Installing ONUs, from the street or the office: what an OLT found, whose it is, and the serial that a person read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.onu_serial import onu_serial
from handoff import audit
from handoff.access import Attendant
from handoff.console.framing import add_live, form_token, typed
from handoff.console.network.job_words import JobRow, job_row
from handoff.console.network.jobs import names_of
from handoff.console.network.page import frame
from handoff.console.ports import House, Ports, house, permitted
from handoff.console.wording import contract_status, moment
from handoff.permits import may
from models.contract import Contract
from models.customer import Customer
from models.device import Device
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import DEPROVISION_ONU, LIST_FOUND, PROVISION_ONU, REPLACE_ONU
from provisioning.onu_request import NO_SERIAL, ask_onu, ask_removal
from provisioning.ports import Target
from provisioning.request import ask

VIEWED_AGAIN = timedelta(hours=1)
RECENT = 10
ONU_ACTIONS = (PROVISION_ONU, REPLACE_ONU, DEPROVISION_ONU)
UNCONFIRMED = "Confirme que o serial é o da etiqueta da ONU que está com você."


@dataclass(frozen=True)
class Spot:
    """An ONU that an OLT found. `room` says how full its PON is, as counted on the OLT; `full` that nothing fits."""

    serial: str
    pon: str
    model: str
    room: str
    full: bool


@dataclass(frozen=True)
class Look:
    """What a look at an OLT's list brought. `going` while it runs, `problem` when it failed."""

    going: bool = False
    problem: str = ""
    when: str = ""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class Home:
    """The contract whose ONU it will be."""

    ref: str
    number: str
    name: str
    address: str
    status: str
    onu: str
    position: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page, its live part and its buttons."""
    add_live(blueprint, "/network/onus", "onus", partial(_page, ports), partial(_parts, ports))
    blueprint.add_url_rule("/network/onus/look", "onus_look", partial(_look, ports), methods=["POST"])
    blueprint.add_url_rule("/network/onus/ask", "onus_ask", partial(_ask, ports), methods=["POST"])
    blueprint.add_url_rule("/network/onus/remove", "onus_remove", partial(_remove, ports), methods=["POST"])


def _page(ports: Ports, problem: str = "", home: Home | None = None, status: int = 200) -> Response:
    who = permitted("onu.ask")
    place, parts = _parts(ports)
    with ports.db.reading() as session:
        olts = session.scalars(select(Device.name).where(Device.role == "olt", Device.enabled).order_by(Device.name))
        names = list(olts)
    return frame(
        "console/network/onus.html",
        "onus",
        place,
        parts,
        status=status,
        olts=names,
        olt=typed("olt", 80),
        typed={name: typed(name, 80) for name in ("contract", "serial", "typed_serial", "pon", "removed")},
        home=home,
        problem=problem,
        removes=may(who, "onu.remove"),
    )


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    who, now = permitted("onu.ask"), ports.now()
    with ports.db.reading() as session:
        place, names = house(session), names_of(session)
        look = _last_look(session, typed("olt", 80), place, now)
        recent = [job_row(job, names, place, now) for job in session.scalars(_recent(who))]
    return place, {
        "found": render_template("console/network/onus_found.html", look=look, olt=typed("olt", 80)),
        "recent": _recent_part(recent, may(who, "network.see")),
    }


def _recent_part(recent: list[JobRow], opens: bool) -> str:
    return render_template("console/network/onus_recent.html", jobs=recent, opens=opens)


def _recent(who: Attendant) -> Select[NetworkJob]:
    """The office sees everybody's, a technician their own."""
    wanted = select(NetworkJob).where(NetworkJob.action.in_(ONU_ACTIONS)).order_by(NetworkJob.id.desc()).limit(RECENT)
    return wanted if may(who, "network.see") else wanted.where(NetworkJob.asked_by == who.author)


def _last_look(session: Session, olt: str, place: House, now: datetime) -> Look:
    wanted = select(NetworkJob).where(NetworkJob.action == LIST_FOUND, NetworkJob.device == olt)
    job = session.scalars(wanted.order_by(NetworkJob.id.desc()).limit(1)).first() if olt else None
    if job is None:
        return Look()
    if job.state in OPEN_STATES:
        return Look(going=True)
    if job.state != "verified":
        return Look(problem=f"A {olt} não pôde ser lida: {job_row(job, {}, place, now).line or job.state}")
    pons = job.facts.get("pons", {})
    spots = tuple(_spot(one, pons.get(one["pon"])) for one in job.facts.get("found", []))
    return Look(when=moment(job.finished_at or job.asked_at, now, place.zone), spots=spots)


def _spot(one: dict[str, str], load: dict[str, int | None] | None) -> Spot:
    used, limit = (load or {}).get("used"), (load or {}).get("limit")
    room = "" if used is None else f"{used} de {limit} na PON" if limit else f"{used} na PON"
    full = used is not None and limit is not None and used >= limit
    return Spot(str(one["serial"]), str(one["pon"]), str(one.get("model") or ""), room, full)


def _look(ports: Ports) -> Response:
    """Has a worker read the OLT's list: the network is never spoken to from here."""
    who, token, olt = permitted("onu.ask"), form_token(), typed("olt", 80)
    with ports.db.transaction() as session:
        known = session.scalars(select(Device.id).where(Device.name == olt, Device.role == "olt")).first()
        if known is not None:
            target = Target("", "", olt=olt)
            ask(session, LIST_FOUND, target=target, reason="installation", asked_by=who.author, cause=token)
            audit.record(session, who.login, "network.found_read", f"device:{olt}")
    if known is None:
        return _page(ports, "Escolha uma OLT da lista.", status=409)
    return redirect(url_for("console.onus", olt=olt, contract=typed("contract", 80) or None), 303)


def _ask(ports: Ports) -> Response:
    """Shows first whose address it is, then asks; a person of the office approves what a technician asked for."""
    who, token = permitted("onu.ask"), form_token()
    picked, _, pon = typed("serial", 80).partition("@")
    serial = onu_serial(typed("typed_serial", 80) or picked)
    with ports.db.transaction() as session:
        home = _home(session, typed("contract", 80))
        problem = _problem(home, serial)
        if home is not None:
            subject = f"contract:{home.ref}"
            audit.record_once(session, who.login, "network.contract_viewed", subject, within=VIEWED_AGAIN)
        if not problem and home is not None and request.form.get("confirmed") == home.ref:
            asked = ask_onu(
                session,
                home.ref,
                serial,
                olt=typed("olt", 80),
                confirmed_by=who.login,
                asked_by=who.author,
                cause=token,
                pon=pon if onu_serial(picked) == serial else "",
            )
            if isinstance(asked, NetworkJob):
                audit.record(session, who.login, "network.onu_asked", f"contract:{home.ref}", job=asked.id)
                return redirect(url_for("console.onus", olt=typed("olt", 80)), 303)
            problem = asked
    return _page(ports, problem, None if problem else home, 409 if problem else 200)


def _problem(home: Home | None, serial: str) -> str:
    if home is None:
        return "Não há contrato ativo com este número."
    if not serial:
        return NO_SERIAL
    return "" if request.form.get("read_it") == "yes" else UNCONFIRMED


def _home(session: Session, number: str) -> Home | None:
    found = session.execute(
        select(Contract, Customer.name)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(or_(Contract.number == number, Contract.pppoe_login == number), Contract.status != "cancelled")
        .order_by(Contract.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row, name = found
    position = " · ".join(part for part in (row.olt, row.pon and f"PON {row.pon}", row.cto) if part)
    status = contract_status(row.status, row.blocked_for)
    return Home(row.ref, row.number, name, row.address, status, row.onu, position)


def _remove(ports: Ports) -> Response:
    who, token = permitted("onu.remove"), form_token()
    with ports.db.transaction() as session:
        home = _home(session, typed("removed", 80))
        asked: NetworkJob | str = "Não há contrato ativo com este número."
        if home is not None:
            asked = ask_removal(session, home.ref, asked_by=who.author, cause=token)
        if isinstance(asked, NetworkJob) and home is not None:
            audit.record(session, who.login, "network.onu_removal_asked", f"contract:{home.ref}", job=asked.id)
            return redirect(url_for("console.job", job_id=asked.id), 303)
    return _page(ports, str(asked), status=409)
