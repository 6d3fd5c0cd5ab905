"""The Procfile starts every process, by programs that exist, and the console knows the queues by name."""

from __future__ import annotations

from handoff.console.system import QUEUES
from models.outbox import QUEUE_OF
from tests.architecture.tree import ROOT, text

PROCESSES = {"web", "turns", "outbound", "network", "background", "clock", "traps", "nlu"}


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


def test_console_has_a_name_for_every_queue() -> None:
    assert QUEUES.keys() == set(QUEUE_OF.values())
