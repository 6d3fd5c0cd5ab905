"""Binds what customers ask for about their bills: unlocks that the ERP gives, and reminders of their end."""

from __future__ import annotations

from functools import partial

from billing import erp_unlock
from billing.erp_unlock import UnlockDesk
from billing.ports import Erp
from bot.texts import Texts
from bot.unlock_reminder import remind_unlock
from core.db import Database
from core.route import Route
from core.settings import Settings
from wiring_network import job_finished, plant_of

MONEY_CHORES: dict[str, float] = {}


def money_routes(settings: Settings, db: Database, erp: Erp) -> dict[str, Route]:
    """What the money asks for."""
    texts = Texts.load(settings.customer_language)
    plant = plant_of(settings, db)
    desk = UnlockDesk(db, erp, lambda: plant.access() is not None, job_finished)
    return {
        "erp_unlock": Route(
            partial(erp_unlock.erp_unlock, desk=desk),
            most_tries=erp_unlock.MOST_TRIES,
            give_up=partial(erp_unlock.give_up, desk=desk),
        ),
        "remind_unlock": Route(partial(remind_unlock, db=db, erp=erp, texts=texts)),
    }
