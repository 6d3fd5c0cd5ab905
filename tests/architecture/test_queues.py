"""Queues, topics and processes name the same things wherever they are named."""

from __future__ import annotations

from pathlib import Path

from core.settings import load
from handoff.console.system import QUEUES
from models.outbox import LEASE_SECONDS, QUEUE_OF
from tests.architecture.tree import ROOT, text
from wiring import build
from worker import ROWS_PER_WAKE_UP

PROCESSES = {"web", "turns", "outbound", "network", "clock", "nlu"}


def procfile() -> dict[str, list[str]]:
    lines = [line.partition(": ") for line in text("Procfile").splitlines()]
    return {name: command.split() for name, _, command in lines}


def test_procfile_starts_every_process() -> None:
    assert procfile().keys() == PROCESSES


def test_procfile_names_programs_that_exist() -> None:
    for python, *arguments in procfile().values():
        assert python == "python"
        named = arguments[1].replace(".", "/") + ".py" if arguments[0] == "-m" else arguments[0]
        assert (ROOT / named).is_file()


def test_every_queue_has_its_worker_its_lease_and_its_name() -> None:
    workers = {arguments[2] for arguments in procfile().values() if arguments[1] == "worker.py"}
    queues = set(QUEUE_OF.values())
    assert workers == queues == ROWS_PER_WAKE_UP.keys() == LEASE_SECONDS.keys() == QUEUES.keys()


def test_every_topic_has_a_handler(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "0" * 64,
        "DATA_DIR": str(tmp_path),
    }
    assert build(load(environment)).routes.keys() == QUEUE_OF.keys()
