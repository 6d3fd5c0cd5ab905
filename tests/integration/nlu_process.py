"""An NLU server as a process of a test: what it says is kept, and a steady stream of messages can be sent to it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Failure
from core.http import make_session
from nlu.client import RasaClient
from nlu.understanding import Understanding

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 150


class NluServer:
    """`python -m nlu.serve` over the models of one folder, on one port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nlu.serve"],
            cwd=ROOT,
            env={**os.environ, "NLU_MODELS": str(folder), "NLU_PORT": str(port), "NLU_URL": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._said = ""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def wait_said(self, *texts: str) -> str:
        """All that was said, once each of `texts` was among it."""
        with self._news:
            found = self._news.wait_for(
                lambda: all(text in self._said for text in texts) or not self._reader.is_alive(), PATIENCE_SECONDS
            )
            assert found, self._said
            assert all(text in self._said for text in texts), self._said
            return self._said

    def wait_ended(self) -> tuple[int, str]:
        """Its exit code, and all that it said."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code, self._said

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        self.process.kill()
        self.wait_ended()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            with self._news:
                self._said += line
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@contextmanager
def serving(folder: Path, port: int) -> Iterator[NluServer]:
    """A server that is ready."""
    server = NluServer(folder, port)
    try:
        server.wait_said("nlu: pronto em")
        yield server
    finally:
        server.process.terminate()
        server.wait_ended()


class Stream:
    """Sends message after message until it is stopped, and keeps what came back."""

    def __init__(self, url: str) -> None:
        self.failures: list[Failure] = []
        self._client = RasaClient(url, make_session())
        self._answers: list[Understanding] = []
        self._news = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Stream:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._stopped = True
        self._thread.join()

    def wait_for(self, wanted: Callable[[Understanding], bool]) -> None:
        """Returns once an answer from now on is as wanted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._news:
            seen = len(self._answers)
            while not any(wanted(answer) for answer in self._answers[seen:]):
                assert self._news.wait(deadline - time.monotonic()), (self._answers[-1:], self.failures[-1:])

    def _run(self) -> None:
        number = 0
        while not self._stopped:
            number += 1
            try:
                answer = self._client.parse(f"manda a segunda via do boleto {number}")
            except Failure as failure:
                self.failures.append(failure)
                continue
            with self._news:
                self._answers.append(answer)
                self._news.notify_all()
