"""A real PPPoE network in a user-mode-linux guest: a PPPoE server, three homes that dial, and the internet behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stores import free_port
from tests.integration.freeradius import FreeRadius, free_udp_port

ROOT = Path(__file__).parents[2]
GUEST = Path(__file__).parent / "guest"
REGISTERS = Path(__file__).parent / "registers.c"
PROGRAMS = ("linux.uml", "pppd", "pppoe-server", "ip", "insmod")
BOOT_SECONDS = 60


def missing() -> str:
    """Why the lab cannot run here; empty if it can."""
    absent = [name for name in PROGRAMS if not shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")]
    if absent:
        return f"PPPoE in user-mode-linux: not installed: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "PPPoE in user-mode-linux: it needs root for a network namespace and a tap device"
    if "amx_tile" in Path("/proc/cpuinfo").read_text() and not shutil.which("cc"):
        return "PPPoE in user-mode-linux: this processor needs registers.c, and there is no C compiler"
    if not Path("/dev/net/tun").exists():
        return "PPPoE in user-mode-linux: there is no /dev/net/tun"
    return ""


class Lab:
    """The running network. Homes are numbered 1 to 3."""

    def __init__(self, coa_port: int, control_port: int) -> None:
        self.coa_port = coa_port
        self._connection = socket.create_connection(("127.0.0.1", control_port), timeout=30)
        self._lines = self._connection.makefile("rw")

    def order(self, what: str, **rest: Any) -> Any:
        """Has the guest do something, and returns what it says."""
        self._lines.write(json.dumps({"do": what, **rest}) + "\n")
        self._lines.flush()
        return json.loads(self._lines.readline())

    def ping(self, home: int) -> str:
        """answers, filtered (the BNG refuses to forward) or silent."""
        return str(self.order("ping", home=home))

    def online(self, login: str) -> bool:
        """Whether the PPPoE server has a session of `login`."""
        return any(session["login"] == login for session in self.order("sessions"))

    def close(self) -> None:
        """Lets go of the guest."""
        self._connection.close()


@contextmanager
def running(folder: Path, radius: FreeRadius) -> Iterator[Lab]:
    """Boots the guest against this FreeRADIUS and ends it again. `folder` takes its files."""
    name = f"religa{os.getpid()}"
    coa_port, control_port = free_udp_port(), free_port()
    processes: list[subprocess.Popen[str]] = []
    try:
        _make_space(name)
        ports = [radius.auth_port, radius.acct_port, coa_port, control_port]
        relay = [sys.executable, "-m", "tests.pppoe.relay", name, *(str(port) for port in ports)]
        processes.append(_start(relay, "relay ready"))
        processes.append(_start(_kernel(name, folder), "BNG ready"))
        lab = Lab(coa_port, control_port)
        yield lab
        lab.close()
    finally:
        for process in reversed(processes):
            # The kernel has a process for each of the guest's.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        subprocess.run(["ip", "netns", "del", name], check=False)


def _make_space(name: str) -> None:
    for command in (
        f"ip netns add {name}",
        f"ip -n {name} link set lo up",
        f"ip -n {name} tuntap add dev tap0 mode tap",
        f"ip -n {name} addr add 10.255.0.1/30 dev tap0",
        f"ip -n {name} link set tap0 up",
    ):
        subprocess.run(command.split(), check=True, capture_output=True)


def _kernel(name: str, folder: Path) -> list[str]:
    preload = []
    if shutil.which("cc"):
        library = folder / "registers.so"
        command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(REGISTERS), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        preload = ["env", f"LD_PRELOAD={library}"]
    return [
        *("ip", "netns", "exec", name, *preload, "linux.uml", "mem=256M", f"umid={name}", f"uml_dir={folder}"),
        *("rootfstype=hostfs", "rootflags=/", "ro", f"init={GUEST / 'init.sh'}"),
        *("vec0:transport=tap,ifname=tap0,depth=128", "con=null", "con0=null,fd:1", "quiet"),
        *(f"GUEST={GUEST}", f"PYTHON={sys.executable}", f"ROOT={ROOT}"),
    ]


def _start(command: list[str], ready: str) -> subprocess.Popen[str]:
    """Starts it and waits until it has said so; what it said before stands in the failure."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    said: list[str] = []
    timer = threading.Timer(BOOT_SECONDS, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    try:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if ready in line:
                # Whoever writes on must find a reader.
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return process
    finally:
        timer.cancel()
    process.wait(10)
    raise AssertionError(f"{command[0]} did not become ready:\n{''.join(said[-30:])}")


def within(seconds: float, holds: Callable[[], bool]) -> float:
    """Seconds until it holds; fails after `seconds`."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - began
