"""Binds what the desk does by itself, without anybody's click: what is shown live is forgotten after a while."""

from __future__ import annotations

from functools import partial

from core.db import Database
from core.route import Route
from core.settings import Settings
from models.change import forget_changes

DESK_CHORES = {"forget_changes": 300.0}


def desk_routes(settings: Settings, db: Database) -> dict[str, Route]:
    """The work of queues, clocks and people."""
    return {"forget_changes": Route(partial(_forget_changes, db=db), most_tries=3)}


def _forget_changes(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        forget_changes(session)
