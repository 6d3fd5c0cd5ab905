"""One Olt over SSH for all vendors: it opens the terminal when it is first needed and drops one that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import paramiko

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.driver import Log
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, PonLoad, Sweep
from provisioning.olt_cli.login import Login, open_terminal
from provisioning.olt_cli.shell import Dialect, Shell
from provisioning.ports import LineReading

EVERYTHING: frozenset[Capability] = frozenset(
    {"read", "sweep", "found", "load", "config", "add", "remove", "reboot", "active"}
)


class Commands(Protocol):
    """A vendor's commands and parsing. Every method promises what the one of `Olt` with its name does."""

    @property
    def dialect(self) -> Dialect:
        """How its terminal behaves."""
        ...

    def prepare(self, shell: Shell, enable_password: str) -> None:
        """Turns the pager off and enters the mode in which everything can be said."""
        ...

    def read(self, shell: Shell, pon: str, serial: str) -> LineReading:
        """See Olt."""
        ...

    def sweep(self, shell: Shell) -> Sweep:
        """See Olt."""
        ...

    def found(self, shell: Shell) -> tuple[FoundOnu, ...]:
        """See Olt."""
        ...

    def load(self, shell: Shell, pon: str) -> PonLoad:
        """See Olt."""
        ...

    def config(self, shell: Shell, pon: str, serial: str) -> OnuConfig | None:
        """See Olt."""
        ...

    def add(self, shell: Shell, order: OnuOrder) -> None:
        """See Olt."""
        ...

    def remove(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        ...

    def reboot(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        ...

    def set_active(self, shell: Shell, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        ...


class CliOlt:
    """Olt over a vendor's commands. One connection, used by one thread at a time."""

    def __init__(self, login: Login, commands: Commands, log: Log, can: frozenset[Capability] = EVERYTHING) -> None:
        self.can = can
        self._login = login
        self._commands = commands
        self._log = log
        self._channel: paramiko.Channel | None = None
        self._shell: Shell | None = None

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt."""
        with self._open() as shell:
            return self._commands.read(shell, pon, serial)

    def sweep(self) -> Sweep:
        """See Olt."""
        with self._open() as shell:
            return self._commands.sweep(shell)

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        with self._open() as shell:
            return self._commands.found(shell)

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        with self._open() as shell:
            return self._commands.load(shell, pon)

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt."""
        with self._open() as shell:
            return self._commands.config(shell, pon, serial)

    def add(self, order: OnuOrder) -> None:
        """See Olt."""
        with self._open() as shell:
            self._commands.add(shell, order)

    def remove(self, pon: str, serial: str) -> None:
        """See Olt."""
        with self._open() as shell:
            self._commands.remove(shell, pon, serial)

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        with self._open() as shell:
            self._commands.reboot(shell, pon, serial)

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        if "active" not in self.can:
            raise Refused("not_supported")
        with self._open() as shell:
            self._commands.set_active(shell, pon, serial, active)

    def close(self) -> None:
        """See Olt."""
        channel, self._channel, self._shell = self._channel, None, None
        if channel is not None:
            channel.get_transport().close()

    @contextmanager
    def _open(self) -> Iterator[Shell]:
        try:
            shell = self._shell or self._connect()
            shell.fresh()
            yield shell
        except Unreachable:
            self.close()
            raise

    def _connect(self) -> Shell:
        self._channel = open_terminal(self._login, self._log)
        try:
            shell = Shell(
                self._channel, self._commands.dialect, self._log, self._login.timeout, (self._login.password,)
            )
            self._commands.prepare(shell, self._login.enable_password)
        except Misconfigured:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise Unreachable("connection_lost", self._login.host) from error
        self._shell = shell
        return shell
