"""What people do with incidents: confirm, dismiss, say until when, end; open one by hand, and plan maintenance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import form_token, must_exist, typed
from handoff.console.network.incident_words import KINDS
from handoff.console.network.incidents import NO_INCIDENT, incident_page
from handoff.console.network.moments import as_typed, typed_moment
from handoff.console.network.page import frame
from handoff.console.network.scopes import choices, chosen, scope_name, touched
from handoff.console.ports import House, Ports, house, permitted
from handoff.console.wording import moment
from models.incident import Incident
from provisioning.outages import incidents
from provisioning.outages.limits import read_limits

GONE = "Este incidente já terminou."
PAST = "Esta previsão já passou: escolha um horário à frente."
NO_TIME = "Escreva a data e a hora, até daqui a dois anos."
NO_KIND = "Este tipo não cabe neste incidente."
LONGEST = 300
Act = Callable[[Session, int, str, datetime | None], Incident | None]


@dataclass(frozen=True)
class Draft:
    """What was typed to open one. `count` is how many contracts it would touch, None before that was looked up."""

    place: str = ""
    kind: str = "unknown"
    cause: str = ""
    starts: str = ""
    ends: str = ""
    count: int | None = None
    told_from: str = ""
    where: str = ""


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the acts and the two forms."""
    acts: dict[str, Act] = {
        "confirm": lambda session, id_, by, eta: incidents.confirm(session, id_, by, _kind()),
        "dismiss": lambda session, id_, by, eta: incidents.dismiss(session, id_, by),
        "eta": lambda session, id_, by, eta: incidents.set_eta(session, id_, eta, by),
        "end": lambda session, id_, by, eta: incidents.end_by_person(session, id_, by),
    }
    for name, act in acts.items():
        where = f"/network/incidents/<int:incident_id>/{name}"
        blueprint.add_url_rule(where, f"incident_{name}", partial(_act, ports, name, act), methods=["POST"])
    for path, planned in (("new", False), ("maintenance", True)):
        view = partial(_form, ports, planned)
        blueprint.add_url_rule(f"/network/incidents/{path}", f"incident_{path}", view)
        save = partial(_save, ports, planned)
        blueprint.add_url_rule(f"/network/incidents/{path}", f"incident_{path}_save", save, methods=["POST"])


def _act(ports: Ports, name: str, act: Act, incident_id: int) -> Response:
    who = permitted("incident.handle")
    form_token()
    with ports.db.transaction() as session:
        must_exist(session, Incident, incident_id, NO_INCIDENT)
        try:
            eta = typed_moment(request.form.get("eta", ""), house(session).zone, ports.now())
            if name == "eta" and eta is not None and eta <= ports.now():
                problem = PAST
            else:
                problem = "" if act(session, incident_id, who.login, eta) else GONE
        except ValueError:
            problem = NO_KIND if name == "confirm" else NO_TIME
        if not problem:
            audit.record(session, who.login, f"network.incident_{name}", f"incident:{incident_id}")
    if problem:
        return incident_page(ports, incident_id, problem=problem, status=409)
    return redirect(url_for("console.incident", incident_id=incident_id), 303)


def _form(ports: Ports, planned: bool) -> Response:
    permitted("incident.handle")
    with ports.db.reading() as session:
        place = house(session)
    starts = as_typed(ports.now() + timedelta(days=8) if planned else ports.now(), place.zone)
    wanted = request.args.get("place", "")
    return _shown(ports, planned, Draft(place=wanted if chosen(wanted) else "", starts=starts))


def _shown(ports: Ports, planned: bool, draft: Draft, problem: str = "", status: int = 200) -> Response:
    with ports.db.reading() as session:
        place, places = house(session), choices(session)
    return frame(
        "console/network/incident_form.html",
        "incidents",
        place,
        {},
        status=status,
        planned=planned,
        draft=draft,
        places=places,
        kinds={name: words for name, words in KINDS.items() if name != "planned"},
        problem=problem,
        longest=LONGEST,
    )


def _save(ports: Ports, planned: bool) -> Response:
    """Shows first whom it touches and from when on they are told; saves what was shown and confirmed."""
    who, now = permitted("incident.handle"), ports.now()
    draft = Draft(
        typed("place", LONGEST),
        _kind() or "unknown",
        typed("cause", LONGEST),
        typed("starts", LONGEST),
        typed("ends", LONGEST),
    )
    with ports.db.transaction() as session:
        place = house(session)
        found = chosen(draft.place)
        times = _times(draft, place.zone, now)
        problem = _problem(draft, found, times, planned, now)
        if not problem and found and times:
            if request.form.get("confirmed") == draft_mark(draft):
                starts, ends = times
                row = incidents.open_by_person(
                    session, *found, draft.kind, draft.cause, starts or now, ends, who.login, planned
                )
                audit.record(session, who.login, "network.incident_opened", f"incident:{row.id}", planned=planned)
                return redirect(url_for("console.incident", incident_id=row.id), 303)
            draft = _counted(session, draft, found, times[0] or now, planned, place, now)
    return _shown(ports, planned, draft, problem, 409 if problem else 200)


def _kind() -> str | None:
    kind = request.form.get("kind")
    return kind if kind in KINDS else None


def draft_mark(draft: Draft) -> str:
    """Says what was shown: saved is only the same again."""
    return "|".join((draft.place, draft.kind, draft.cause, draft.starts, draft.ends))


def _times(draft: Draft, zone: str, now: datetime) -> tuple[datetime | None, datetime | None] | None:
    try:
        return typed_moment(draft.starts, zone, now), typed_moment(draft.ends, zone, now)
    except ValueError:
        return None


def _problem(
    draft: Draft,
    found: tuple[str, str] | None,
    times: tuple[datetime | None, datetime | None] | None,
    planned: bool,
    now: datetime,
) -> str:
    if found is None:
        return "Escolha o lugar."
    if not planned and draft.kind == "planned":
        return NO_KIND
    if not draft.cause:
        return "Escreva o que o cliente vai ler."
    if times is None or (planned and None in times):
        return NO_TIME
    starts, ends = times
    if ends is not None and ends <= (starts or now):
        return "O fim precisa ser depois do começo."
    return "A manutenção já teria terminado." if planned and ends is not None and ends <= now else ""


def _counted(
    session: Session,
    draft: Draft,
    found: tuple[str, str],
    starts: datetime,
    planned: bool,
    place: House,
    now: datetime,
) -> Draft:
    notice = timedelta(hours=read_limits(session).notice_hours or 0)
    first = max(starts - notice, now) if planned else now
    return replace(
        draft,
        count=touched(session, *found),
        told_from="agora" if first <= now else moment(first, now, place.zone),
        where=scope_name(*found),
    )
