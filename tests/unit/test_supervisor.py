"""`make run` that is stopped before it is up: no failure is told; one that nobody asked for is."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_run_ends_in_peace_when_it_is_stopped_while_it_trains(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Training(tmp_path, asked=True).run()
    assert "parado; os dados continuam em" in capfd.readouterr().out


def test_run_says_what_failed_when_nobody_stopped_it(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="O treino do Rasa falhou"):
        Training(tmp_path, asked=False).run()
