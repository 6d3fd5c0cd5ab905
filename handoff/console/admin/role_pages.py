"""Roles: the list, and the form with every deed, within what the administrator may do themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.locks import hold
from handoff.console.admin.page import frame, written_down
from handoff.console.framing import typed
from handoff.console.ports import Ports, attendant, house
from handoff.permits import ADMIN, NOBODY, TITLES, Deed, Role
from handoff.queues import organogram
from handoff.roles import administrators, ensure_roles, known_deeds, role_of, role_values, roles
from handoff.staff import NotAllowed, must_give
from models.agent import Agent
from models.role import RoleRow

NAME = re.compile(r"[a-z][a-z0-9_-]{1,29}")


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/roles", "roles", partial(_list, ports))
    blueprint.add_url_rule("/admin/roles/new", "role_new", partial(_page, ports, ""))
    blueprint.add_url_rule("/admin/roles/new", "role_add", partial(_save, ports, ""), methods=["POST"])
    blueprint.add_url_rule("/admin/roles/<name>", "role", partial(_page, ports))
    blueprint.add_url_rule("/admin/roles/<name>", "role_change", partial(_save, ports), methods=["POST"])
    blueprint.add_url_rule("/admin/roles/<name>/remove", "role_remove", partial(_remove, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.reading() as session:
        place = house(session)
        counted = select(Agent.role, func.count()).group_by(Agent.role)
        people = {role: count for role, count in session.execute(counted)}
        return frame("roles", "roles", place, roles=roles(session), people=people)


def _page(ports: Ports, name: str, *, problem: str = "", given: Role | None = None) -> Response:
    with ports.db.reading() as session:
        place = house(session)
        role = given or (_known(session, name) if name else replace(NOBODY, sees="queues"))
        return frame(
            "role",
            "roles",
            place,
            status=409 if problem else 200,
            problem=problem,
            role=role,
            new=not name,
            titles=TITLES,
            queues=[queue.name for queue in organogram(session).queues],
            mine=attendant().deeds,
        )


def _save(ports: Ports, name: str) -> Response:
    role = Role(
        name=name or typed("name", 40).lower(),
        title=typed("title", 60),
        deeds=known_deeds(request.form.getlist("deed")),
        sees="all" if typed("sees") == "all" else "queues",
        by_queue=_by_queue(request.form.getlist("in")),
    )
    try:
        with ports.db.transaction() as session:
            hold(session, "administrators")
            ensure_roles(session)
            _write(session, role, new=not name)
    except NotAllowed as problem:
        return _page(ports, name, problem=str(problem), given=role)
    return redirect(url_for("console.roles"), 303)


def _by_queue(given: list[str]) -> dict[str, frozenset[Deed]]:
    """From `queue|deed` of each tick."""
    found: dict[str, set[str]] = {}
    for one in given:
        queue, _, deed = one.rpartition("|")
        found.setdefault(queue, set()).add(deed)
    return {queue: known_deeds(deeds) for queue, deeds in found.items()}


def _write(session: Session, role: Role, *, new: bool) -> None:
    row = session.get(RoleRow, role.name)
    if new and (row is not None or not NAME.fullmatch(role.name)):
        raise NotAllowed("O nome curto tem de 2 a 30 letras minúsculas e números, e não pode já existir.")
    if not role.title:
        raise NotAllowed("Escreva como o papel se chama.")
    if row is None and not new:
        abort(404, "Este papel não existe.")
    # Both as it is and as it would be: taking away from who may more is not theirs to do either.
    must_give(attendant(), role)
    before = {} if row is None else role_values(role_of(row))
    if row is None:
        row = RoleRow(name=role.name)
        session.add(row)
    else:
        must_give(attendant(), role_of(row))
    after = role_values(role)
    for key, value in after.items():
        setattr(row, key, value)
    session.flush()
    if not administrators(session):
        raise NotAllowed("Sem isto ninguém mais administraria pessoas e papéis.")
    written_down(session, "role.added" if new else "role.changed", f"role:{role.name}", before, after)


def _remove(ports: Ports, name: str) -> Response:
    try:
        with ports.db.transaction() as session:
            hold(session, "administrators")
            ensure_roles(session)
            role = _known(session, name)
            must_give(attendant(), role)
            if name == ADMIN or session.scalar(select(Agent.id).where(Agent.role == name).limit(1)) is not None:
                raise NotAllowed("Há pessoas com este papel, ou ele é o da administração: não dá para apagar.")
            session.delete(session.get_one(RoleRow, name))
            written_down(session, "role.removed", f"role:{name}", role_values(role), {})
    except NotAllowed as problem:
        return _page(ports, name, problem=str(problem))
    return redirect(url_for("console.roles"), 303)


def _known(session: Session, name: str) -> Role:
    found = next((role for role in roles(session) if role.name == name), None)
    if found is None:
        abort(404, "Este papel não existe.")
    return found
