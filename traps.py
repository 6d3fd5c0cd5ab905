"""The trap process: takes SNMP traps as alarms. Where TRAP_PORT is not set, it waits idly to be stopped."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from core import log as logs
from core.errors import Unreachable
from core.settings import Settings, SettingsError, load
from provisioning.outages.alarms import Heard, note_alarm
from provisioning.traps import TrapReceiver
from wiring import build

log = logging.getLogger("traps")


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises OSError where the port is taken."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if not settings.trap_port:
        await stopping.wait()
        return
    db = build(settings, pool_size=1).db

    def take(heard: Heard) -> None:
        try:
            with db.transaction() as session:
                note_alarm(session, heard)
        except Unreachable:
            # A trap is sent once and nobody repeats it: the next sweep sees the same.
            log.warning("a trap was lost: the database does not answer")

    receiver = TrapReceiver(settings.trap_host, settings.trap_port, settings.trap_community, take)
    running = asyncio.create_task(receiver.run())
    log.info("taking traps on port %s", settings.trap_port)
    await asyncio.wait({running, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
    receiver.stop()
    await running


def main() -> None:
    """Runs until it is stopped."""
    try:
        settings = load()
    except SettingsError as error:
        sys.exit(str(error))
    logs.configure(as_json=settings.log_json)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
