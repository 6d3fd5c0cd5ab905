"""Binds what other systems are told: the feed of events, and the work of sending it to those who want to hear."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from core.db import Database
from core.route import Route
from core.settings import Settings
from webhooks.outgoing.relay import forget_events, relay_events
from webhooks.outgoing.send_out import Outgoing, send_out
from wiring_network import vault_of

API_CHORES = {"relay_events": 1.0, "forget_events": 3600.0}


def api_routes(settings: Settings, db: Database) -> dict[str, Route]:
    """The work of telling other systems."""
    hosts = (host.strip().lower() for host in settings.webhook_internal_hosts.split(","))
    outgoing = Outgoing(db, vault_of(settings), frozenset(filter(None, hosts)), loopback=settings.simulated_channel)
    keep = timedelta(days=settings.webhook_keep_days)
    return {
        "relay_events": Route(partial(relay_events, db=db)),
        "webhook_out": Route(partial(send_out, outgoing=outgoing)),
        "forget_events": Route(partial(forget_events, db=db, keep=keep)),
    }
