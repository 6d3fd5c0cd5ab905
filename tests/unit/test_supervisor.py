"""`make run` that is stopped before it is up: no failure is told; one that nobody asked for is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from environment import made_here
from processes import HOPELESS_FALLS, Child, Processes
from stores import free_port
from supervisor import CannotStart, Supervisor


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The handlers of the test run, given back."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


class Training(Supervisor):
    """Ends while it trains the model, as it does when Ctrl-C reaches the training, too."""

    def __init__(self, folder: Path, *, asked: bool) -> None:
        super().__init__({"DATA_DIR": str(folder), "PORT": str(free_port())})
        self._asked = asked

    def _bring_up(self) -> None:
        if self._asked:
            signal.raise_signal(signal.SIGINT)
        raise CannotStart("O treino do Rasa falhou (código -2)")


class Falling(Supervisor):
    """One of its processes dies at every start; it has died often already."""

    def _bring_up(self) -> None:
        child = Child("web", ["false"], dict(os.environ), falls=HOPELESS_FALLS - 1)
        self.processes.start(child)
        brought = {"DATABASE_URL": "postgresql://embedded", "REDIS_URL": "unix://embedded"}
        made = dict.fromkeys(made_here(self.environment), "made")
        self._wait_ready(self._settings({**brought, **made, **self.environment}))


def test_run_gives_up_at_once_when_a_process_dies_at_every_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="web cai a cada início"):
        Falling({"DATA_DIR": str(tmp_path), "PORT": str(free_port())}).run()


def test_process_that_lives_is_waited_for(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start(Child("web", ["sleep", "60"], dict(os.environ)))
    processes.watch()
    assert processes.falls_again() == ""
    processes.stop()


def test_run_ends_in_peace_when_it_is_stopped_while_it_trains(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Training(tmp_path, asked=True).run()
    assert "parado; os dados continuam em" in capfd.readouterr().out


def test_run_says_what_failed_when_nobody_stopped_it(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="O treino do Rasa falhou"):
        Training(tmp_path, asked=False).run()
