"""Runs the simulated network: `python -m provisioning.simulated_network`, with its places in the environment."""

from __future__ import annotations

import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from core import log
from provisioning.simulated_network.levers import Network
from provisioning.simulated_network.lines import Plant
from provisioning.simulated_network.nas import Nas
from provisioning.simulated_network.olts import Olts
from provisioning.simulated_network.routers import Routers
from provisioning.simulated_network.seed import prepare_radius
from provisioning.simulated_network.subscribers import TableSubscribers
from provisioning.simulated_network.web import serve

NEEDED = ("SIMULATED_NETWORK_URL", "RADIUS_COA_PORT", "RADIUS_SECRET", "RADIUS_DATABASE_URL")


def main() -> int:
    """Runs until SIGTERM or SIGINT. The database is prepared first, and seeded if it is empty."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        print("Faltando no ambiente: " + ", ".join(missing), file=sys.stderr)
        return 2
    log.configure()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    url, port = os.environ["RADIUS_DATABASE_URL"], urlsplit(os.environ["SIMULATED_NETWORK_URL"]).port or 8090
    prepare_radius(url, suspended_group=os.environ.get("RADIUS_SUSPENDED_GROUP") or "suspenso", with_neighbours=True)
    plant, subscribers = Plant(url), TableSubscribers(url)
    nas = Nas(subscribers, os.environ["RADIUS_SECRET"], carries=plant.carries, port=int(os.environ["RADIUS_COA_PORT"]))
    nas.start()
    server = serve(Network(plant, nas, subscribers, Olts(url), Routers(url)), port, stopping)
    for line in plant.select():
        nas.redial(line.pppoe_login)
    print(f"Rede simulada: ONUs em http://127.0.0.1:{port}, CoA em 127.0.0.1:{nas.port}", flush=True)
    stopping.wait()
    server.shutdown()
    nas.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
