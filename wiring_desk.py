"""Binds what the desk does by itself, without anybody's click: what is shown live is forgotten after a while."""

from __future__ import annotations

from functools import partial

from core.db import Database
from core.route import Route
from core.settings import Settings
from handoff.assignment.presence import fade
from handoff.assignment.push import assign_all
from handoff.assignment.returns import return_abandoned
from models import utc_now
from models.change import forget_changes

# A round of assignment is rung whenever there may be something to give; the chore is for what no ring tells: a shift
# that begins, a snooze that ends.
DESK_CHORES = {"forget_changes": 300.0, "assign": 5.0, "presence": 15.0}


def desk_routes(settings: Settings, db: Database) -> dict[str, Route]:
    """The work of queues, clocks and people."""
    return {
        "forget_changes": Route(partial(_forget_changes, db=db), most_tries=3),
        "assign": Route(partial(_assign, db=db), most_tries=3),
        "presence": Route(partial(_follow_presence, db=db), most_tries=3),
    }


def _forget_changes(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        forget_changes(session)


def _assign(_ref_id: int, *, db: Database) -> None:
    assign_all(db, utc_now)


def _follow_presence(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        fade(session, utc_now())
        return_abandoned(session, utc_now())
