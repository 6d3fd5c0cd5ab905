"""An SNMP agent that answers from recordings: snmpsim on a loopback port, with a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

RESPONDER = Path(sys.executable).parent / "snmpsim-command-responder"


def free_udp_port() -> int:
    """A port of the loopback on which nobody listens now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def snmpsim(
    folder: Path, recordings: Sequence[Path], written: Mapping[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """The agent's address while the block lasts. A recording's community is its file's name without the ending;
    `written` adds recordings as text, by community."""
    data = folder / "data"
    data.mkdir(parents=True)
    for recording in recordings:
        shutil.copy(recording, data / recording.name)
    for community, text in (written or {}).items():
        (data / f"{community}.snmprec").write_text(text, encoding="ascii")
    port = free_udp_port()
    command = [str(RESPONDER), f"--data-dir={data}", f"--cache-dir={folder / 'cache'}"]
    command += [f"--agent-udpv4-endpoint=127.0.0.1:{port}", "--logging-method=null"]
    command += ["--v3-user=leitor", "--v3-auth-key=chave-de-teste", "--v3-auth-proto=SHA"]
    command += ["--v3-priv-key=cifra-de-teste", "--v3-priv-proto=AES"]
    if os.geteuid() == 0:
        # It refuses to run as root unless told so, and nobody else may read what lies in root's folders.
        command += ["--process-user=root", "--process-group=root"]
    with (folder / "snmpsim.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_answers(process, port, folder / "snmpsim.log")
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Asks until the port is taken: the agent binds it when it has indexed its recordings."""
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"snmpsim ended: {log.read_text(errors='replace')[-2000:]}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.1)
    raise RuntimeError("snmpsim does not start")
