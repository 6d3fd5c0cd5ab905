"""`make run` from outside: it comes up, says what is wrong, continues where it stopped, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import requests

from stores import free_port
from supervisor import READY_SECONDS
from tests.e2e.outside import Customers, Graph, eventually, words
from tests.e2e.system import ROOT

WA_ID = "551298140001"
START_SECONDS = READY_SECONDS


@dataclass
class Run:
    """One start of the supervisor with the test's data folder."""

    process: subprocess.Popen[bytes]
    log: Path
    base_url: str

    @property
    def said(self) -> str:
        """All it printed."""
        return self.log.read_text(errors="replace")

    def up(self) -> Run:
        """Returns once it says that it is ready."""
        eventually(lambda: "Ctrl-C para" in self.said or self.process.poll() is not None, START_SECONDS, "started")
        assert self.process.poll() is None, self.said[-3000:]
        return self

    def family(self) -> set[tuple[int, str]]:
        """The supervisor's living children and theirs, each with the moment of its start."""
        parents: dict[int, list[int]] = {}
        stats = {pid: stat for pid in _pids() if (stat := _stat(pid))}
        for pid, stat in stats.items():
            parents.setdefault(int(stat[1]), []).append(pid)
        found, ahead = set(), list(parents.get(self.process.pid, ()))
        while ahead:
            pid = ahead.pop()
            found.add((pid, stats[pid][19]))
            ahead += parents.get(pid, ())
        return found

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the name: state, parent, ...; None when it is gone or only its name is."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields


def alive(family: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those that still live."""
    return {(pid, born) for pid, born in family if (stat := _stat(pid)) and stat[19] == born}


class Machine:
    """A machine with one data folder, on which the system is started again and again."""

    def __init__(self, folder: Path, graph: Graph, nlu_url: str) -> None:
        self._folder = folder
        self.data_dir = folder / "data"
        self.graph = graph
        self.port = free_port()
        self._nlu_url = nlu_url
        self._runs: list[Run] = []

    def environment(self, **settings: str) -> dict[str, str]:
        """What a start gets; a setting that is empty counts as not set."""
        own = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
        channel = {
            "META_GRAPH_URL": self.graph.url,
            "META_ACCESS_TOKEN": self.graph.token,
            "META_APP_SECRET": "test-secret",
            "META_VERIFY_TOKEN": "test-verify",
        }
        places = {"PORT": str(self.port), "DATA_DIR": str(self.data_dir), "NLU_URL": self._nlu_url}
        return {**own, **channel, **places, "TURN_DEBOUNCE_SECONDS": "0.2", **settings}

    def start(self, *arguments: str, **settings: str) -> Run:
        """Starts the supervisor, as `make run` does."""
        log = self._folder / f"log{len(self._runs)}.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "supervisor.py", *arguments],
                cwd=ROOT,
                env=self.environment(**settings),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        run = Run(process, log, f"http://127.0.0.1:{settings.get('PORT') or self.port}")
        self._runs.append(run)
        return run

    def ends(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """A start that is to end by itself: exit code and what it said."""
        run = self.start(*arguments, **settings)
        return run.process.wait(60), run.said

    def customers(self) -> Customers:
        """Those who write to this machine."""
        return Customers(f"http://127.0.0.1:{self.port}", "test-secret")

    def protocols(self) -> list[str]:
        """The protocol numbers of all conversations."""
        import json

        url = json.loads((self.data_dir / "environment.json").read_text())["DATABASE_URL"]
        with psycopg.connect(url) as connection:
            return [str(row[0]) for row in connection.execute("SELECT protocol FROM conversation ORDER BY id")]

    def stop_all(self) -> None:
        """Stops what still runs."""
        for run in self._runs:
            if run.process.poll() is None:
                run.stop()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, nlu_url: str) -> Iterator[Machine]:
    """One data folder for the module: its tests follow one another as a provider's days do."""
    graph = Graph(token="test-token").start()
    machine = Machine(tmp_path_factory.mktemp("machine"), graph, nlu_url)
    yield machine
    machine.stop_all()
    graph.stop()


@pytest.fixture
def running(machine: Machine) -> Iterator[Run]:
    """The system, up, and stopped afterwards if the test did not."""
    run = machine.start().up()
    yield run
    if run.process.poll() is None:
        run.stop()


def test_every_wrong_setting_is_named_at_once_and_nothing_is_started(machine: Machine) -> None:
    wrong = {"PORT": "80000", "TURN_DEBOUNCE_SECONDS": "logo", "IDENTITY_PROOF": "palavra", "META_APP_SECRET": ""}
    code, said = machine.ends(**wrong)
    assert code != 0
    assert all(name in said for name in ("PORT", "TURN_DEBOUNCE_SECONDS", "IDENTITY_PROOF"))
    assert "Traceback" not in said
    assert not (machine.data_dir / "postgres").exists()


def test_a_token_without_its_secret_is_named_too(machine: Machine) -> None:
    code, said = machine.ends(META_APP_SECRET="", TWILIO_ACCOUNT_SID="AC1")
    assert code != 0
    assert "META_APP_SECRET" in said
    assert "TWILIO_AUTH_TOKEN" in said


def test_a_port_in_use_is_told_with_what_to_do(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        code, said = machine.ends()
    assert code != 0
    assert f"a porta {machine.port} já está em uso" in said
    assert "PORT=" in said
    assert "Traceback" not in said


def test_ctrl_c_leaves_no_process_and_the_next_start_continues_the_conversation(machine: Machine) -> None:
    first = machine.start().up()
    machine.customers().write(WA_ID, "bom dia")
    eventually(lambda: machine.graph.to(WA_ID), 30, "answered")
    family, protocols = first.family(), machine.protocols()
    assert len(family) >= 8
    assert first.stop() == 0
    assert alive(family) == set()

    second = machine.start().up()
    assert machine.protocols() == protocols
    machine.customers().write(WA_ID, "segunda via")
    eventually(lambda: len(machine.graph.to(WA_ID)) == 2, 30, "answered")
    assert "CPF ou CNPJ" in words(machine.graph.to(WA_ID)[1])
    assert machine.protocols() == protocols, "the same conversation goes on"
    assert second.stop() == 0


def test_a_fallen_process_is_named_and_restarted(machine: Machine, running: Run) -> None:
    for name in ("clock", "network"):
        pid = int((machine.data_dir / "pids" / name).read_text())
        os.kill(pid, signal.SIGKILL)
        eventually(lambda n=name: f"{n} caiu (código -9)" in running.said, 10, name)  # type: ignore[misc]
        eventually(lambda n=name, p=pid: int((machine.data_dir / "pids" / n).read_text()) != p, 15, name)  # type: ignore[misc]


def test_reset_and_a_second_start_refuse_while_the_system_runs(machine: Machine, running: Run) -> None:
    code, said = machine.ends("reset")
    assert code != 0
    assert "ainda está rodando" in said
    assert machine.protocols()
    code, said = machine.ends(PORT=str(free_port()))
    assert code != 0
    assert "DATA_DIR" in said
    assert running.process.poll() is None


def test_with_a_real_token_there_is_no_simulator(running: Run) -> None:
    assert requests.get(f"{running.base_url}/simulator/", timeout=10).status_code == 404
    assert requests.post(f"{running.base_url}/simulator/graph/v24.0/1/messages", json={}, timeout=10).status_code == 404


def test_a_killed_supervisor_leaves_no_orphans_and_the_next_start_works(machine: Machine) -> None:
    run = machine.start().up()
    family = run.family()
    run.process.kill()
    run.process.wait(10)
    again = machine.start().up()
    assert alive(family) == set()
    assert machine.protocols()
    assert again.stop() == 0


def test_ctrl_c_during_the_start_ends_it_cleanly(machine: Machine) -> None:
    run = machine.start()
    eventually(lambda: "migrações" in run.said, START_SECONDS, "starting")
    assert run.stop() == 0
    assert "Traceback" not in run.said
    assert run.family() == set()


def test_without_a_token_the_simulator_plays_whatsapp(machine: Machine) -> None:
    run = machine.start(META_ACCESS_TOKEN="", META_GRAPH_URL="", META_APP_SECRET="", META_VERIFY_TOKEN="").up()
    assert "/simulator/" in run.said
    assert requests.get(f"{run.base_url}/simulator/", timeout=10).status_code == 200
    assert run.stop() == 0


def test_reset_forgets_everything_after_the_stop(machine: Machine) -> None:
    assert machine.data_dir.exists()
    code, said = machine.ends("reset")
    assert code == 0, said
    assert not machine.data_dir.exists()
