"""Child processes of `make run`: started together, output prefixed, restarted when they fall, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RESTART_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0
HOPELESS_FALLS = 5
COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95)
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that ought to run. `stop_signal` is how it is asked to end; a store ends after all others."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str]
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path = Path()
    is_store: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    due_at: float = field(default=0.0)

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None


class Processes:
    """Starts, watches and stops children. Used from one thread; only the output is copied by others.

    `inherited`: file descriptors that every child gets.
    """

    def __init__(self, pid_dir: Path) -> None:
        self._children: list[Child] = []
        self._pid_dir = pid_dir
        self._libc = ctypes.CDLL(None)
        self.inherited: tuple[int, ...] = ()

    def start(self, child: Child) -> Child:
        """Starts a child and keeps it running from now on."""
        self._pid_dir.mkdir(parents=True, exist_ok=True)
        self._children.append(child)
        self._spawn(child)
        return child

    def watch(self) -> None:
        """Restarts what has fallen; after several falls in a row it waits longer each time."""
        now = time.monotonic()
        for child in self._children:
            if child.alive:
                continue
            if not child.due_at:
                code = child.process.returncode if child.process else None
                steady = now - child.started_at > STEADY_SECONDS
                child.falls = 0 if steady else child.falls + 1
                wait = RESTART_SECONDS[min(child.falls, len(RESTART_SECONDS) - 1)]
                child.due_at = now + wait
                say(f"{child.name} caiu (código {code}); reinício em {wait:g} s")
            elif now >= child.due_at:
                self._spawn(child)

    def falls_again(self) -> str:
        """The name of a child that fell so often in a row that it will not come up by itself; empty when none did."""
        return next((child.name for child in self._children if child.falls >= HOPELESS_FALLS), "")

    def stop(self, patience: float = 12.0) -> None:
        """Stops everything, all at once, and the stores after those who use them. Kills what does not listen."""
        for stores in (False, True):
            self._end([child for child in self._children if child.is_store == stores and child.alive], patience)

    def _end(self, children: list[Child], patience: float) -> None:
        for child in children:
            if child.process:
                child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + patience
        for child in children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{child.name} não parou em {patience:g} s; encerrado à força")
                child.process.kill()
                child.process.wait()
            (self._pid_dir / child.name).unlink(missing_ok=True)

    def _spawn(self, child: Child) -> None:
        stop_signal, libc = int(child.stop_signal), self._libc

        def die_with_parent() -> None:
            # Otherwise a killed supervisor would leave servers behind that hold the ports and the data.
            libc.prctl(PR_SET_PDEATHSIG, stop_signal)

        child.process = subprocess.Popen(
            child.arguments,
            env=dict(child.environment),
            user=child.user,
            cwd=child.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=self.inherited,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )
        child.started_at, child.due_at = time.monotonic(), 0.0
        draft = self._pid_dir / f".{child.name}"
        draft.write_text(str(child.process.pid))
        draft.rename(self._pid_dir / child.name)
        colour = COLOURS[self._children.index(child) % len(COLOURS)]
        threading.Thread(target=_copy, args=(child.process, child.name, colour), daemon=True).start()


def _copy(process: subprocess.Popen[bytes], name: str, colour: int) -> None:
    label = f"{name:<9}|"
    if sys.stdout.isatty():
        label = f"\x1b[{colour}m{label}\x1b[0m"
    assert process.stdout is not None  # noqa: S101 - it is a pipe of ours
    for line in process.stdout:
        say(line.decode("utf-8", "replace").rstrip(), label)


def say(line: str, label: str = "religa   |") -> None:
    """Prints a line with who said it."""
    os.write(1, f"{label} {line}\n".encode())
