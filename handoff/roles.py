"""The provider's roles as rows: read for whoever comes in, changed by an administrator within what they may."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from handoff.permits import ALL_DEEDS, API, NOBODY, TEMPLATE, Deed, Role, Sees, template_role
from models.agent import Agent
from models.role import RoleRow

_HELD = "roles"


def role_named(session: Session, name: str) -> Role:
    """The role as it is now; one that grants nothing where there is none. A deed that no longer exists grants nothing
    either."""
    if name == API.name:
        return API
    row = session.get(RoleRow, name)
    if row is not None:
        # A session forgets rows that nobody holds: for a list of two hundred people it would read two hundred roles.
        session.info.setdefault(_HELD, {})[name] = row
        return role_of(row)
    has_rows = session.scalar(select(RoleRow.name).limit(1)) is not None
    return NOBODY if has_rows else template_role(name)


def roles(session: Session) -> tuple[Role, ...]:
    """All of them, the template's in its order and then by name."""
    rows = [role_of(row) for row in session.scalars(select(RoleRow))]
    order = {role.name: place for place, role in enumerate(TEMPLATE)}
    return tuple(sorted(rows, key=lambda role: (order.get(role.name, len(order)), role.name))) or TEMPLATE


def role_of(row: RoleRow) -> Role:
    """A row as a value."""
    return Role(
        row.name,
        row.title,
        known_deeds(row.deeds),
        cast(Sees, row.sees),
        {queue: known_deeds(deeds) for queue, deeds in row.by_queue.items()},
    )


def known_deeds(names: Iterable[str]) -> frozenset[Deed]:
    """Those of them that there are."""
    return _known(frozenset(names))


@lru_cache(maxsize=256)
def _known(names: frozenset[str]) -> frozenset[Deed]:
    return frozenset(deed for deed in ALL_DEEDS if deed in names)


def ensure_roles(session: Session) -> bool:
    """Writes the template into rows where there are none, for the administrator to change; whether it did."""
    if session.scalar(select(RoleRow.name).limit(1)) is not None:
        return False
    values = [{"name": role.name, **role_values(role)} for role in TEMPLATE]
    session.execute(insert(RoleRow).values(values).on_conflict_do_nothing())
    return True


def role_values(role: Role) -> dict[str, object]:
    """The role as its row keeps it; `role_of` reads it back."""
    by_queue = {queue: sorted(deeds) for queue, deeds in sorted(role.by_queue.items()) if deeds}
    return {"title": role.title, "deeds": sorted(role.deeds), "by_queue": by_queue, "sees": role.sees}


def administrators(session: Session) -> frozenset[int]:
    """The ids of all who could let others in again: switched on, and with the deed `admin.people` and `admin.roles`."""
    may_all = [role.name for role in roles(session) if {"admin.people", "admin.roles"} <= role.deeds]
    return frozenset(session.scalars(select(Agent.id).where(Agent.active, Agent.role.in_(may_all))))
