"""The whole system as `make run` starts it, beside a Graph API of our own, for black-box tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

from stores import free_port
from tests.e2e.outside import Customers, Graph, eventually

ROOT = Path(__file__).parents[2]
START_SECONDS = 150


@dataclass
class System:
    """A running system: talk to it as `customers`, read what it sent in `graph`, and hurt it by name of process."""

    base_url: str
    data_dir: Path
    graph: Graph
    customers: Customers
    supervisor: subprocess.Popen[bytes]
    log: Path

    def pid(self, name: str) -> int:
        """The present process of that name in the Procfile (or postgres, valkey, simnet); the first of several."""
        path = self.data_dir / "pids" / name
        return int((path if path.exists() else path.with_name(f"{name}.1")).read_text())

    def kill(self, name: str) -> int:
        """Kills a process as a crash would; returns its pid."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def restarted(self, name: str, old_pid: int) -> None:
        """Returns once the supervisor has started another one."""
        eventually(lambda: self.pid(name) != old_pid, 30, f"{name} restarted")

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Asks or changes the product's database; the rows, where there are any."""
        with psycopg.connect(self._database_url(), autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def _database_url(self) -> str:
        import json

        environment: dict[str, str] = json.loads((self.data_dir / "environment.json").read_text())
        return environment["DATABASE_URL"]

    def demo_password(self) -> str:
        """The password of the demo's logins."""
        import json

        secrets: dict[str, str] = json.loads((self.data_dir / "secrets.json").read_text())
        return secrets["DEMO_PASSWORD"]


@contextmanager
def running_system(
    nlu_url: str, settings: Mapping[str, str] | None = None, *, simulator: bool = False
) -> Iterator[System]:
    """Starts the system with an empty data folder and stops it at the end, as Ctrl-C would.

    The folder with its data and log goes with it, unless KEEP_E2E is set.
    """
    folder = Path(tempfile.mkdtemp(prefix="religa-e2e-"))
    graph = Graph(token="test-token").start()
    port = free_port()
    channel = {
        "META_GRAPH_URL": graph.url,
        "META_ACCESS_TOKEN": graph.token,
        "META_APP_SECRET": "test-secret",
        "META_VERIFY_TOKEN": "test-verify",
    }
    own = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp"), "LANG": "C.UTF-8"}  # noqa: S108
    environment = {
        **own,
        **({} if simulator else channel),
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "NLU_URL": nlu_url,
        "TURN_DEBOUNCE_SECONDS": "0.2",
        "TURNS_PROCESSES": "1",
        "OUTBOUND_PROCESSES": "1",
        "SEND_UNKNOWN_AFTER_SECONDS": "4",
        "RADIUS_SETTLE_SECONDS": "1",
        **(settings or {}),
    }
    log = folder / "log.txt"
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "supervisor.py"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    base_url = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(base_url, supervisor, log)
        yield System(base_url, folder / "data", graph, Customers(base_url, "test-secret"), supervisor, log)
    finally:
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(60)
        graph.stop()
        if not os.environ.get("KEEP_E2E"):
            shutil.rmtree(folder, ignore_errors=True)


def _wait_ready(base_url: str, supervisor: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS

    def ready() -> bool:
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise AssertionError("the system did not start:\n" + log.read_text()[-4000:])
        try:
            return all(requests.get(f"{base_url}/readyz", timeout=2).json().values())
        except (requests.RequestException, ValueError):
            return False

    eventually(ready, START_SECONDS, "ready")
