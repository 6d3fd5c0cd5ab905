"""The form for a batch: what was pasted or uploaded is looked up and counted before anybody may ask for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.locks import hold
from handoff import audit
from handoff.access import Attendant
from handoff.console.framing import form_token
from handoff.console.network.batch_list import MOST, MOST_BYTES, Found, filed_names, look_up, typed_names
from handoff.console.network.page import frame
from handoff.console.ports import Ports, house, permitted
from models.audit import Audit
from provisioning.action import BLOCK_SIGNAL, RELEASE_SIGNAL
from provisioning.batches import ask_batch

ACTIONS = {RELEASE_SIGNAL: "Liberar o sinal", BLOCK_SIGNAL: "Bloquear o sinal"}
ASKED = "network.batch_asked"
LONGEST = 120


@dataclass(frozen=True)
class Draft:
    """What was typed; `found` is None before it was looked up."""

    action: str = RELEASE_SIGNAL
    title: str = ""
    reason: str = ""
    names: tuple[str, ...] = ()
    found: Found | None = None
    token: str = ""

    @property
    def mark(self) -> str:
        """Stands for what was counted and shown: only that may be asked for."""
        counted = self.found.numbers if self.found else ()
        return hashlib.sha256("\n".join((self.action, *counted)).encode()).hexdigest()


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the form."""
    blueprint.add_url_rule("/network/batches/new", "batch_new", partial(_form, ports))
    blueprint.add_url_rule("/network/batches/new", "batch_ask", partial(_ask, ports), methods=["POST"])


def _form(ports: Ports) -> Response:
    permitted("batch.run")
    return _shown(ports, Draft())


def _shown(ports: Ports, draft: Draft, problem: str = "", status: int = 200) -> Response:
    with ports.db.reading() as session:
        place = house(session)
    return frame(
        "console/network/batch_form.html",
        "batches",
        place,
        {},
        status=status,
        draft=draft,
        actions=ACTIONS,
        most=MOST,
        problem=problem,
    )


def _ask(ports: Ports) -> Response:
    """First counts; asks for what was counted when that comes back confirmed. A second click finds the same batch."""
    who, token = permitted("batch.run"), form_token()
    draft = _draft(token)
    problem = _problem(draft)
    with ports.db.transaction() as session:
        found = look_up(session, draft.names, draft.action)
        if found.too_many:
            problem = f"No máximo {MOST} contratos por lote."
        elif not problem and not found.targets:
            problem = "Nenhum destes números ou logins é de um contrato ativo."
        draft = replace(draft, found=found)
        if not problem and request.form.get("confirmed") == draft.mark:
            return redirect(url_for("console.batch", batch_id=_once(session, draft, found, who)), 303)
    shown = replace(draft, names=found.numbers or draft.names)
    return _shown(ports, shown, problem, 409 if problem else 200)


def _draft(token: str) -> Draft:
    said = {name: request.form.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in ("title", "reason")}
    action = request.form.get("action", "")
    file = request.files.get("file")
    names = typed_names(request.form.get("names", ""))
    if file is not None and file.filename:
        names += filed_names(file.stream.read(MOST_BYTES))
    chosen = action if action in ACTIONS else ""
    return Draft(chosen, said["title"], said["reason"], tuple(dict.fromkeys(names)), None, token)


def _problem(draft: Draft) -> str:
    if not draft.action:
        return "Escolha o que fazer."
    if not draft.names:
        return "Cole os números ou logins, ou envie um arquivo CSV."
    return "" if draft.title and draft.reason else "Dê um nome ao lote e diga o motivo."


def _once(session: Session, draft: Draft, found: Found, who: Attendant) -> int:
    hold(session, f"batch-form/{draft.token}")
    known = session.scalars(
        select(Audit.subject).where(
            Audit.actor == who.login, Audit.action == ASKED, Audit.detail.contains({"token": draft.token})
        )
    ).first()
    if known:
        return int(known.removeprefix("batch:"))
    batch = ask_batch(
        session,
        draft.action,
        title=draft.title,
        reason=draft.reason,
        asked_by=who.author,
        targets=found.targets,
    )
    audit.record(session, who.login, ASKED, f"batch:{batch.id}", token=draft.token, total=batch.total)
    return batch.id
