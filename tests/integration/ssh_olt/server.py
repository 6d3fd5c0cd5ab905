"""The SSH server of the pretended OLT: logins, one shell for each connection, echo, pager and questions."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType

import paramiko

from tests.integration.ssh_olt.answer import Answer, Vendor
from tests.integration.ssh_olt.datacom import Datacom
from tests.integration.ssh_olt.huawei import Huawei
from tests.integration.ssh_olt.plant import OltPlant
from tests.integration.ssh_olt.trouble import Trouble
from tests.integration.ssh_olt.zte import Zte

USER, PASSWORD = "religa", "senha-da-olt"
_VENDORS: dict[str, type[Vendor]] = {"huawei": Huawei, "zte": Zte, "datacom": Datacom}


class SshOlt:
    """An OLT of `vendor` ("huawei", "zte", "datacom") over `plant`, on a free loopback port while the block lasts.

    `with SshOlt("huawei", plant) as olt:` then `olt.port`, `olt.plant`, `olt.trouble`, `olt.fingerprint` (its host
    key) and `olt.commands` (what was typed, by all connections). Log in as USER with PASSWORD.
    """

    def __init__(self, vendor: str, plant: OltPlant | None = None, trouble: Trouble | None = None) -> None:
        self.vendor = vendor
        self.plant = plant or OltPlant()
        self.trouble = trouble or Trouble()
        self.commands: list[str] = []
        self.connections = 0
        self.over = threading.Event()
        self._key = paramiko.ECDSAKey.generate()
        self.fingerprint = self._key.fingerprint
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: list[paramiko.Transport] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> SshOlt:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the listener and all connections."""
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._open:
            transport.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        self._open.append(transport)
        transport.add_server_key(self._key)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Door())
            channel = transport.accept(20)
            if channel is not None:
                self.connections += 1
                _Terminal(self, channel).run()
        transport.close()


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        fits = (username, password) == (USER, PASSWORD)
        return paramiko.common.AUTH_SUCCESSFUL if fits else paramiko.common.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return True


class _Dropped(Exception):
    """The connection is gone."""


class _Terminal:
    """One connection: types what the vendor answers, as a terminal would."""

    def __init__(self, olt: SshOlt, channel: paramiko.Channel) -> None:
        self._olt = olt
        self._channel = channel
        self._vendor = _VENDORS[olt.vendor](olt.plant)
        self._sent = 0
        self._rest = b""

    def run(self) -> None:
        with contextlib.suppress(_Dropped, OSError, EOFError):
            self._write(self._vendor.banner + "\n" + self._vendor.prompt)
            while not self._vendor.over:
                self._obey(self._line())
        self._vendor.leave()

    def _obey(self, line: str) -> None:
        trouble = self._olt.trouble
        self._olt.commands.append(line)
        if _named(trouble.drop_before, line):
            raise _Dropped
        answer = self._vendor.answer(" ".join(line.split()))
        if answer.question:
            self._write(answer.question)
            answer = answer.if_yes() if self._line().strip().lower() in ("y", "yes") else Answer()
        if _named(trouble.drop_after, line):
            raise _Dropped
        if _named(trouble.silent_at, line):
            self._olt.over.wait()
            raise _Dropped
        self._pages(answer.text)
        if trouble.slow_seconds:
            self._olt.over.wait(trouble.slow_seconds)
        self._write(self._vendor.prompt)

    def _pages(self, text: str) -> None:
        lines = text.splitlines()
        height = self._olt.trouble.page_lines or max(len(lines), 1)
        for start in range(0, len(lines), height):
            if start:
                self._write(self._vendor.pager)
                self._byte()
                self._write(self._vendor.unpager)
            self._write("".join(f"{line}\n" for line in lines[start : start + height]))

    def _line(self) -> str:
        typed = b""
        while (byte := self._byte()) not in (b"\r", b"\n"):
            typed += byte
            self._write(byte.decode("latin-1"))
        self._write("\n")
        return typed.decode("latin-1")

    def _byte(self) -> bytes:
        if not self._rest:
            self._rest = self._channel.recv(4096)
            if not self._rest:
                raise _Dropped
        first, self._rest = self._rest[:1], self._rest[1:]
        return first

    def _write(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode("latin-1", "replace")
        limit = self._olt.trouble.drop_after_bytes
        if limit and self._sent + len(data) > limit:
            self._channel.sendall(data[: max(limit - self._sent, 0)])
            raise _Dropped
        self._channel.sendall(data)
        self._sent += len(data)


def _named(part: str, line: str) -> bool:
    return bool(part) and part in line
