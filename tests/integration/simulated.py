"""The simulated network as a process of its own, for tests."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from core.http import make_session, send
from provisioning.drivers.simulator import SimulatorOlt
from provisioning.drivers.simulator_acs import SimulatorAcs
from stores import free_port
from tests.contract.drivers.rig import SECRET
from tests.integration.freeradius import free_udp_port

ROOT = Path(__file__).parents[2]
numbers = itertools.count(1)


class Simulation:
    """The process, and the two addresses that it answers on."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.coa_port = free_udp_port()
        self.url = f"http://127.0.0.1:{free_port()}"
        self.http = make_session()
        self.start()

    def start(self) -> None:
        """Starts it and waits for its line."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provisioning.simulated_network"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "SIMULATED_NETWORK_URL": self.url,
                "RADIUS_COA_PORT": str(self.coa_port),
                "RADIUS_SECRET": SECRET,
                "RADIUS_DATABASE_URL": self.database_url,
            },
        )
        assert self.process.stdout
        assert "Rede simulada" in self.process.stdout.readline()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; returns its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def get(self, path: str) -> Any:
        """What it says."""
        return send(self.http, "GET", self.url + path, timeout=(2, 5)).json()

    def post(self, path: str, body: Any) -> requests.Response:
        """Pulls a lever."""
        return send(self.http, "POST", self.url + path, timeout=(2, 5), json=body)

    def subscriber(self, login: str) -> dict[str, Any]:
        """One line of /subscribers."""
        found: dict[str, Any] = next(line for line in self.get("/subscribers") if line["pppoe_login"] == login)
        return found

    def olt(self, name: str) -> SimulatorOlt:
        """The driver of one of its OLTs."""
        return SimulatorOlt(self.url, name)

    def acs(self) -> SimulatorAcs:
        """The driver of its ACS."""
        return SimulatorAcs(self.url)

    def lines(self, read_seconds: float = 3.0) -> SimulatorOlt:
        """The driver that reads its ONUs."""
        return SimulatorOlt(self.url, timeout=(1.0, read_seconds))
