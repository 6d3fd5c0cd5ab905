"""Clients that connect and say nothing, or stop in the middle, do not keep the web process from the others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from stores import free_port
from tests.e2e.outside import eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web process with two threads; /healthz needs no database."""
    port = free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "k" * 64,
        "META_ACCESS_TOKEN": "token",
        "META_APP_SECRET": "secret",
        "WEB_PROCESSES": "1",
        "WEB_THREADS": "2",
    }
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=settings)
    try:
        eventually(lambda: answers(port, 2), 60, "the web process")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int, seconds: float) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=seconds).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.parametrize("begun", [b"", b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Le"])
def test_others_are_answered_when_clients_hold_their_connections_open(port: int, begun: bytes) -> None:
    with ExitStack() as held:
        for _ in range(12 if not begun else 4):
            client = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(begun)
        # Far less than the clients hold out: they stay until the end of the block.
        assert answers(port, 25)
