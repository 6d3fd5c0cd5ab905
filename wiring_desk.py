"""Binds what the desk does by itself, without anybody's click: it watches its promises, and forgets what was shown."""

from __future__ import annotations

from functools import partial

from core.db import Database
from core.route import Route
from core.settings import Settings
from handoff.satisfaction.nps import ask_nps
from handoff.sla.watch import refresh_sla, watch_sla
from models.change import forget_changes

DESK_CHORES = {"forget_changes": 300.0, "watch_sla": 15.0, "refresh_sla": 600.0, "ask_nps": 1800.0}


def desk_routes(settings: Settings, db: Database) -> dict[str, Route]:
    """The work of queues, clocks and people."""
    return {
        "forget_changes": Route(partial(_forget_changes, db=db), most_tries=3),
        "watch_sla": Route(partial(watch_sla, db=db), most_tries=3),
        "refresh_sla": Route(partial(refresh_sla, db=db), most_tries=3),
        "ask_nps": Route(partial(ask_nps, db=db, language=settings.customer_language), most_tries=3),
    }


def _forget_changes(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        forget_changes(session)
