"""The queue of actions on the network, and the page of one: its plan, who approved, the log while it runs, the end."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import add_live
from handoff.console.live import TOKEN_MARK
from handoff.console.network.job_words import job_row, job_sheet
from handoff.console.network.page import frame
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.job_names import JOB_STATE, job_action
from handoff.permits import may
from models.agent import Agent
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.actions import ACTIONS

SHOWN = 50
VIEWED_AGAIN = timedelta(hours=1)
GROUPS = {"": "todas", "wait": "esperam aprovação", "open": "em andamento", "bad": "com problema"}
NO_JOB = "Esta ação não existe."
BAD = ("failed", "refused", "unknown", "pending")


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the queue, a job's page and their live parts."""
    add_live(blueprint, "/network/jobs", "jobs", partial(_queue, ports), partial(_queue_parts, ports))
    add_live(blueprint, "/network/jobs/<int:job_id>", "job", partial(job_page, ports), partial(_parts, ports))


def names_of(session: Session) -> dict[str, str]:
    """People's names by login."""
    return {login: name for login, name in session.execute(select(Agent.login, Agent.name))}


def found_job(session: Session, job_id: int) -> NetworkJob:
    """The job. Ends the request with 404 where there is none."""
    job = session.get(NetworkJob, job_id) if job_id <= LARGEST_ID else None
    if job is None:
        abort(404, NO_JOB)
    return job


def _queue(ports: Ports) -> Response:
    place, parts = _queue_parts(ports)
    chosen = _wanted()
    actions = {name: job_action(name) for name in ACTIONS}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return frame(
        "console/network/jobs.html",
        "jobs",
        place,
        parts,
        chosen=chosen,
        actions=actions,
        states={**GROUPS, **JOB_STATE},
        query=f"?{query}" if query else "",
    )


def _wanted() -> dict[str, str]:
    names = ("state", "action", "device", "contract")
    found = {name: request.args.get(name, "")[:80].replace("\x00", "").strip() for name in names}
    before = request.args.get("before", "")
    return {**found, "before": before if before.isascii() and before.isdigit() and len(before) < 10 else ""}


def _queue_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("network.see")
    now, wanted = ports.now(), _wanted()
    with ports.db.reading() as session:
        place, names = house(session), names_of(session)
        rows = session.scalars(_query(wanted).limit(SHOWN + 1)).all()
        jobs = [job_row(row, names, place, now) for row in rows[:SHOWN]]
    older = urlencode({**{k: v for k, v in wanted.items() if v}, "before": jobs[-1].id}) if len(rows) > SHOWN else ""
    html = render_template("console/network/jobs_part.html", jobs=jobs, older=older, filtered=any(wanted.values()))
    return place, {"jobs": html}


def _query(wanted: dict[str, str]) -> Select[NetworkJob]:
    query = select(NetworkJob).order_by(NetworkJob.id.desc())
    if wanted["state"]:
        query = query.where(_in_state(wanted["state"]))
    if wanted["action"]:
        query = query.where(NetworkJob.action == wanted["action"])
    if wanted["device"]:
        name = wanted["device"]
        query = query.where(or_(NetworkJob.device == name, NetworkJob.target["olt"].astext == name))
    if wanted["contract"]:
        query = query.where(NetworkJob.contract_ref == wanted["contract"])
    return query.where(NetworkJob.id < int(wanted["before"])) if wanted["before"] else query


def _in_state(name: str) -> ColumnElement[bool]:
    if name == "wait":
        return (NetworkJob.state == "asked") & (NetworkJob.needs_approvals > 0)
    return NetworkJob.state.in_({"open": OPEN_STATES, "bad": BAD}.get(name, (name,)))


def job_page(ports: Ports, job_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of a job, also as the answer to a button that could not do what it says."""
    place, parts = _parts(ports, job_id)
    return frame("console/network/job.html", "jobs", place, parts, job_id=job_id, problem=problem, status=status)


def _parts(ports: Ports, job_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("network.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        job = found_job(session, job_id)
        audit.record_once(session, who.login, "network.job_viewed", f"job:{job.id}", within=VIEWED_AGAIN)
        html = render_template(
            "console/network/job_part.html",
            job=job_sheet(job, names_of(session), place, now),
            decides=may(who, "job.decide"),
            asked_it=job.asked_by.removeprefix("agent:") == who.login,
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"job": html}
