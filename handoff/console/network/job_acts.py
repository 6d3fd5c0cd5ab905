"""The buttons of a job: approve, cancel, and undo what a removal took away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import form_token, must_exist
from handoff.console.network.jobs import NO_JOB, job_page
from handoff.console.ports import Ports, permitted
from models.network_job import NetworkJob
from provisioning import approval
from provisioning.onu_request import ask_undo

Act = Callable[[Session, int, str], str]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them; each is a POST with the session's form token."""
    acts: dict[str, Act] = {"approve": approval.approve, "cancel": approval.cancel}
    for name, act in acts.items():
        view = partial(_decide, ports, name, act)
        blueprint.add_url_rule(f"/network/jobs/<int:job_id>/{name}", f"job_{name}", view, methods=["POST"])
    blueprint.add_url_rule("/network/jobs/<int:job_id>/undo", "job_undo", partial(_undo, ports), methods=["POST"])


def _undo(ports: Ports, job_id: int) -> Response:
    who, token = permitted("onu.remove"), form_token()
    with ports.db.transaction() as session:
        must_exist(session, NetworkJob, job_id, NO_JOB)
        asked = ask_undo(session, job_id, asked_by=who.author, cause=token)
        if isinstance(asked, NetworkJob):
            audit.record(session, who.login, "network.job_undone", f"job:{job_id}", by_job=asked.id)
            return redirect(url_for("console.job", job_id=asked.id), 303)
    return job_page(ports, job_id, problem=asked, status=409)


def _decide(ports: Ports, name: str, act: Act, job_id: int) -> Response:
    who = permitted("job.decide")
    form_token()
    with ports.db.transaction() as session:
        must_exist(session, NetworkJob, job_id, NO_JOB)
        problem = act(session, job_id, who.login)
        if not problem:
            audit.record(session, who.login, f"network.job_{name}", f"job:{job_id}")
    if problem:
        return job_page(ports, job_id, problem=problem, status=409)
    return redirect(url_for("console.job", job_id=job_id), 303)
