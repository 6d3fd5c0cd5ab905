"""A real Rasa server with the project's model on a free port, for every test that wants one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from core.http import make_session
from nlu.client import RasaClient
from nlu.environment import environment_python
from nlu.registry import Registry
from nlu.train import CannotTrain, ensure

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 150


@pytest.fixture(scope="session")
def nlu_model() -> Path:
    """The file of the model that answers; trained first if it is missing or stale. Skips without Rasa's environment."""
    return _trained()


@pytest.fixture(scope="session")
def nlu_url() -> Iterator[str]:
    """Address of a ready server: the one in NLU_URL, or a new one.

    Trained first if the model is missing or stale. Skips without Rasa's environment.
    """
    if os.environ.get("NLU_URL"):
        yield os.environ["NLU_URL"]
        return
    _trained()
    with serving() as url:
        yield url


@contextmanager
def serving(**variables: str) -> Iterator[str]:
    """Address of a server with the promoted model, which ends with the context; `variables` add to the environment."""
    url = f"http://127.0.0.1:{_free_port()}"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "nlu.serve"],
            cwd=ROOT,
            env={**os.environ, "NLU_URL": url, "NLU_PORT": "", **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, url, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _trained() -> Path:
    if not environment_python().exists():
        pytest.skip("Rasa's environment is missing: python -m nlu.environment")
    registry = Registry()
    try:
        return registry.path(ensure(registry))
    except CannotTrain as problem:
        pytest.fail(str(problem))


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: IO[str]) -> None:
    client = RasaClient(url, make_session())
    deadline = time.monotonic() + START_SECONDS
    while not client.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            pytest.fail(f"the NLU server did not start:\n{log.read()[-3000:]}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
