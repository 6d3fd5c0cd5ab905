"""The clock: rings queues whose work has come due, repairs what fell between two chairs, watches understanding."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time

from core import log as logs
from core.errors import Unreachable
from core.settings import SettingsError
from handoff.calendars import ensure_calendars
from handoff.drift import check_daily
from handoff.queues import ensure_organogram
from handoff.repair import close_idle, find_forgotten
from handoff.sla.terms import ensure_policies
from models import utc_now
from models.outbox import plan_chore, queues_with_due_work
from wiring import Wiring, build
from wiring_erp import read_settings

log = logging.getLogger("clock")

TICK_SECONDS = 0.2
REPAIR_EVERY_SECONDS = 30
CHORES_EVERY_SECONDS = 5


def tick(wiring: Wiring) -> None:
    """Rings every queue that has due work."""
    with wiring.db.transaction() as session:
        due = queues_with_due_work(session)
    if due:
        wiring.doorbell.ring(due)


def repair(wiring: Wiring) -> None:
    """Brings back conversations that wait although no work is planned for them; closes those long abandoned."""
    with wiring.db.transaction() as session:
        forgotten = find_forgotten(session)
        closed = close_idle(session)
    if forgotten:
        log.warning("%s conversations had waiting messages and no work planned; planned it again", forgotten)
    if closed:
        log.info("%s idle conversations closed", closed)


def plan_chores(wiring: Wiring) -> None:
    """Puts what is to be done again and again into the outbox when its time has come."""
    with wiring.db.transaction() as session:
        for topic, every_seconds in wiring.chores.items():
            plan_chore(session, topic, every_seconds)


def watch_understanding(wiring: Wiring) -> None:
    """Once a day, says in the log when the bot understands less than it did; the console shows it to supervisors."""
    with wiring.db.transaction() as session:
        found = check_daily(session, utc_now())
    if found and found.worse:
        log.warning(
            "understanding got worse (%s): unsure %.1f %% after %.1f %%, unknown words %.1f %% after %.1f %%",
            ", ".join(found.worse),
            *(100 * share for share in (found.now.fallbacks, found.before.fallbacks)),
            *(100 * share for share in (found.now.unknown, found.before.unknown)),
        )


def lay_out(wiring: Wiring) -> None:
    """On the very first start, gives the provider its queues, calendars and promises, to be changed in the console."""
    with wiring.db.transaction() as session:
        ensure_organogram(session)
        ensure_calendars(session)
        ensure_policies(session)


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    logs.configure(as_json=settings.log_json)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    wiring = build(settings, pool_size=1)
    laid_out = False
    next_repair = time.monotonic() + REPAIR_EVERY_SECONDS
    next_chores = time.monotonic()
    log.info("ticking")
    while not stopping.wait(TICK_SECONDS):
        try:
            tick(wiring)
            if not laid_out:
                lay_out(wiring)
                laid_out = True
            if time.monotonic() >= next_chores:
                next_chores = time.monotonic() + CHORES_EVERY_SECONDS
                plan_chores(wiring)
            if time.monotonic() >= next_repair:
                next_repair = time.monotonic() + REPAIR_EVERY_SECONDS
                repair(wiring)
                watch_understanding(wiring)
        except Unreachable as failure:
            log.warning("the database does not answer: %s", failure.detail or failure.code)
            stopping.wait(1)


if __name__ == "__main__":
    main()
