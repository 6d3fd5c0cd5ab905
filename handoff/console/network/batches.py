"""Batches: many releases or blocks at once, how far each is, and what went wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import add_live, form_token, must_exist
from handoff.console.live import TOKEN_MARK
from handoff.console.network.counts import Counts
from handoff.console.network.job_words import job_row, who_asked
from handoff.console.network.jobs import names_of
from handoff.console.network.page import frame
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import contract_status, moment
from handoff.job_names import job_action
from handoff.permits import may
from models.contract import Contract
from models.customer import Customer
from models.job_batch import JobBatch
from models.network_job import OPEN_STATES, NetworkJob
from provisioning import batches
from provisioning.batches import GOOD_ENDS, Progress, progress

STATES = {
    "waiting": "espera a segunda pessoa",
    "running": "em andamento",
    "paused": "pausado",
    "done": "terminado",
    "cancelled": "cancelado",
}
SHOWN = 30
PROBLEMS = 100
MEMBERS = 200
VIEWED_AGAIN = timedelta(hours=1)
NO_BATCH = "Este lote não existe."
Act = Callable[[Session, int, str], str]


@dataclass(frozen=True)
class Sheet:
    """A batch as pages show it."""

    id: int
    title: str
    action: str
    reason: str
    state: str
    state_text: str
    by: str
    approved: str
    when: str
    progress: Progress
    mine: bool

    @property
    def percent(self) -> int:
        """How much of it ended, in parts of a hundred."""
        return 100 * (self.progress.done + self.progress.problems) // max(self.progress.total, 1)

    @property
    def counts(self) -> Counts:
        """For the bar: what ended well, what did not, what runs, what waits."""
        said = self.progress
        return Counts({"online": said.done, "los": said.problems, "power": said.running, "unread": said.waiting})


@dataclass(frozen=True)
class Member:
    """A contract of a batch."""

    contract: str
    name: str
    login: str
    status: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of a batch and its buttons."""
    blueprint.add_url_rule("/network/batches", "batches", partial(_list, ports))
    add_live(blueprint, "/network/batches/<int:batch_id>", "batch", partial(batch_page, ports), partial(_parts, ports))
    acts: dict[str, Act] = {
        "approve": batches.approve_batch,
        "pause": batches.pause_batch,
        "resume": batches.resume_batch,
        "cancel": batches.cancel_batch,
    }
    for name, act in acts.items():
        where = f"/network/batches/<int:batch_id>/{name}"
        blueprint.add_url_rule(where, f"batch_{name}", partial(_act, ports, name, act), methods=["POST"])


def _list(ports: Ports) -> Response:
    who, now = permitted("network.see"), ports.now()
    with ports.db.reading() as session:
        place, names = house(session), names_of(session)
        rows = session.scalars(select(JobBatch).order_by(JobBatch.id.desc()).limit(SHOWN)).all()
        sheets = [_sheet(session, row, names, place, now, who.author) for row in rows]
    return frame("console/network/batches.html", "batches", place, {}, batches=sheets, runs=may(who, "batch.run"))


def _found(session: Session, batch_id: int) -> JobBatch:
    row = session.get(JobBatch, batch_id) if batch_id <= LARGEST_ID else None
    if row is None:
        abort(404, NO_BATCH)
    return row


def _sheet(session: Session, row: JobBatch, names: dict[str, str], place: House, now: datetime, author: str) -> Sheet:
    return Sheet(
        id=row.id,
        title=row.title,
        action=job_action(row.action),
        reason=row.reason,
        state=row.state,
        state_text=STATES[row.state],
        by=who_asked(row.asked_by, names),
        approved=", ".join(who_asked(str(one.get("by")), names) for one in row.approvals),
        when=moment(row.asked_at, now, place.zone),
        progress=progress(session, row.id),
        mine=row.asked_by == author,
    )


def batch_page(ports: Ports, batch_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of a batch, also as the answer to a button that could not do what it says."""
    place, parts = _parts(ports, batch_id)
    template = "console/network/batch.html"
    return frame(template, "batches", place, parts, status=status, batch_id=batch_id, problem=problem)


def _parts(ports: Ports, batch_id: int) -> tuple[House, dict[str, str]]:
    who, now = permitted("network.see"), ports.now()
    with ports.db.transaction() as session:
        place, names = house(session), names_of(session)
        sheet = _sheet(session, _found(session, batch_id), names, place, now, who.author)
        audit.record_once(session, who.login, "network.batch_viewed", f"batch:{batch_id}", within=VIEWED_AGAIN)
        wrong = NetworkJob.state.not_in((*GOOD_ENDS, *OPEN_STATES))
        rows = session.scalars(
            select(NetworkJob).where(NetworkJob.batch_id == batch_id, wrong).order_by(NetworkJob.id).limit(PROBLEMS)
        )
        html = render_template(
            "console/network/batch_part.html",
            batch=sheet,
            problems=[job_row(row, names, place, now) for row in rows],
            most=PROBLEMS,
            members=_members(session, batch_id),
            most_members=MEMBERS,
            runs=may(who, "batch.run"),
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"batch": html}


def _members(session: Session, batch_id: int) -> list[Member]:
    """Whom the batch is about: who approves it is to see them, not only how many they are."""
    rows = session.execute(
        select(Contract.ref, Customer.name, Contract.pppoe_login, Contract.status, Contract.blocked_for)
        .join(NetworkJob, NetworkJob.contract_ref == Contract.ref)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(NetworkJob.batch_id == batch_id)
        .order_by(NetworkJob.id)
        .limit(MEMBERS)
    )
    return [
        Member(ref, name, login, contract_status(status, blocked_for)) for ref, name, login, status, blocked_for in rows
    ]


def _act(ports: Ports, name: str, act: Act, batch_id: int) -> Response:
    who = permitted("batch.run")
    form_token()
    with ports.db.transaction() as session:
        must_exist(session, JobBatch, batch_id, NO_BATCH)
        problem = act(session, batch_id, who.author)
        if not problem:
            audit.record(session, who.login, f"network.batch_{name}", f"batch:{batch_id}")
    if problem:
        return batch_page(ports, batch_id, problem=problem, status=409)
    return redirect(url_for("console.batch", batch_id=batch_id), 303)
