"""Binds what sees outages and tells of them: sweeps, incidents, notices."""

from __future__ import annotations

from functools import partial

from bot.incident_news import tell_incident
from bot.texts import Texts
from core.db import Database
from core.route import Route
from core.settings import Settings
from provisioning.outages.sweep import sweep_olt, sweep_olts
from provisioning.outages.watch import watch_incidents
from provisioning.plant import Plant

# As long as OLTs are swept. Who is due is decided for each OLT, so none waits for a whole round of the others.
SWEEP_CHORES = {"sweep_olts": 5.0}


def outage_routes(settings: Settings, db: Database, plant: Plant) -> dict[str, Route]:
    """OLTs swept, incidents followed, people told."""
    texts = Texts.load(settings.customer_language)
    return {
        "sweep_olts": Route(partial(sweep_olts, db=db, every_seconds=settings.sweep_seconds), most_tries=3),
        "sweep_olt": Route(partial(sweep_olt, db=db, plant=plant), most_tries=3),
        "watch_incidents": Route(partial(watch_incidents, db=db), most_tries=3),
        "tell_incident": Route(partial(tell_incident, db=db, texts=texts)),
    }
