"""The system under measurement, started as `make run` starts it, and the memory of its processes."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.graph import Graph
from bench.load import post
from stores import free_port

ROOT = Path(__file__).resolve().parents[1]
SECRET = "bench-secret"  # noqa: S105 - of a system that lives for minutes on loopback
_serial = itertools.count(1)


@dataclass(frozen=True)
class System:
    """A running system with a Graph API of ours, which stands idle where the built-in simulator plays WhatsApp."""

    url: str
    data_dir: Path
    graph: Graph

    @property
    def environment(self) -> dict[str, str]:
        """What its processes were started with."""
        environment: dict[str, str] = json.loads((self.data_dir / "environment.json").read_text())
        return environment

    @property
    def database_url(self) -> str:
        """Where its rows are."""
        return self.environment["DATABASE_URL"]

    def ready(self) -> bool:
        """Whether every part answers now."""
        try:
            return all(requests.get(f"{self.url}/readyz", timeout=2).json().values())
        except (requests.RequestException, ValueError):
            return False

    def signal(self, names: tuple[str, ...], number: signal.Signals) -> None:
        """Sends a signal to processes by name, to set some of them aside."""
        for path in (self.data_dir / "pids").iterdir():
            if path.name.partition(".")[0] in names:
                os.kill(int(path.read_text()), number)

    def memory(self) -> dict[str, float]:
        """Resident memory in MB of each process with its children, shared pages counted proportionally."""
        sizes = {}
        for path in sorted((self.data_dir / "pids").iterdir()):
            sizes[path.name] = sum(_pss(pid) for pid in _family(int(path.read_text())))
        return sizes

    def cpu(self) -> dict[str, float]:
        """Seconds of processor that each process has used with its children that live."""
        used = {}
        for path in sorted((self.data_dir / "pids").iterdir()):
            used[path.name] = sum(_cpu_seconds(pid) for pid in _family(int(path.read_text())))
        return used


@contextmanager
def running(settings: Mapping[str, str] | None = None, *, simulator: bool = False) -> Iterator[System]:
    """Starts the system with an empty data folder; stops it at the end. With `simulator` it plays WhatsApp itself."""
    graph = Graph()
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="religa-bench-"))
    channel = {
        "META_GRAPH_URL": graph.url,
        "META_ACCESS_TOKEN": "bench",
        "META_APP_SECRET": SECRET,
        "META_VERIFY_TOKEN": "bench",
    }
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATA_DIR": str(folder),
        **({} if simulator else channel),
        "TURN_DEBOUNCE_SECONDS": "0",
        # What the system can do is measured, not what WhatsApp allows.
        "SEND_PER_SECOND": "0",
        "PAIR_SECONDS": "0",
        **(settings or {}),
    }
    log = (folder / "log.txt").open("wb")
    command = [sys.executable, "supervisor.py"]
    supervisor = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    system = System(f"http://127.0.0.1:{port}", folder, graph)
    try:
        _wait(system, supervisor, folder / "log.txt")
        yield system
    finally:
        supervisor.send_signal(signal.SIGINT)
        supervisor.wait(60)
        graph.close()
        log.close()


def text_webhook(wa_id: str, text: str) -> bytes:
    """The whole request of one signed webhook with one text."""
    message = {
        "from": wa_id,
        "id": f"wamid.bench.{next(_serial)}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {"metadata": {"phone_number_id": "1"}, "contacts": [{"profile": {"name": "B"}, "wa_id": wa_id}]}
    change = {"field": "messages", "value": {**value, "messages": [message]}}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return post("/webhooks/whatsapp", body, X_Hub_Signature_256=signature)


def new_customer() -> str:
    """A WhatsApp id that nobody has used yet."""
    return f"55129{next(_serial) + 10_000_000:08d}"


def _wait(system: System, supervisor: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if supervisor.poll() is not None:
            raise SystemExit("the system did not start:\n" + log.read_text()[-2000:])
        # The environment is written down once all processes were started.
        if (system.data_dir / "environment.json").exists() and system.ready():
            return
        time.sleep(0.2)
    raise SystemExit("the system did not become ready:\n" + log.read_text()[-2000:])


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            tasks = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        found += [int(child) for child in tasks]
    return found


def _pss(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def _cpu_seconds(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
