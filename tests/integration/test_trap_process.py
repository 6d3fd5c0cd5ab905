"""The trap process: idle where no port is set, and gone at once when it is asked to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT
from tests.integration.test_alarms import free_port


@pytest.mark.parametrize("listening", [False, True])
def test_trap_process_waits_and_stops_when_asked(database_url: str, redis_url: str, listening: bool) -> None:
    port = free_port() if listening else 0
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32, "LOG_JSON": "no"}
    traps = {"TRAP_PORT": str(port), "TRAP_COMMUNITY": "religa"}
    command = [sys.executable, "-c", "import traps, asyncio; print('here', flush=True); traps.main()"]
    environment = {**os.environ, **settings, **traps}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    awaited = b"taking traps" if listening else b"here"
    assert any(awaited in line for line in process.stdout)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()
