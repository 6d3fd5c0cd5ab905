"""A small MikroTik: RouterOS's API with its tables, both logins, traps, tags and trouble on demand."""

from __future__ import annotations

import hashlib
import itertools
import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from provisioning.routeros.wire import encode_sentence, read_sentence

USER, PASSWORD = "religa", "senha-do-roteador"
Row = dict[str, str]
_YES_NO = {"yes": "true", "no": "false"}
_READ_ONLY = {"/ppp/active": {"add", "set"}}


class Trap(Exception):
    """A command that is refused."""


class HangUp(Exception):
    """The connection ends here."""


@dataclass
class Behaviour:
    """Trouble on demand. `redial`: a dropped subscriber is back at once if his secret lets him in."""

    challenge: bool = False
    redial: bool = True
    slow: dict[str, float] = field(default_factory=dict)
    hang_up_in: str = ""
    hang_up_after: str = ""
    in_pieces: bool = False
    stale_answer: bool = False
    refuse: dict[str, str] = field(default_factory=dict)
    ignore: set[str] = field(default_factory=set)


class Tables:
    """The router's rows by path; every method is one at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, dict[str, Row]] = {}
        self._numbers = itertools.count(1)
        for path in ("/ppp/secret", "/ppp/active", "/ppp/profile", "/ip/firewall/address-list", "/queue/simple"):
            self.rows[path] = {}
        self.rows["/system/clock"] = {"*0": {"date": "nov/26/2026", "time": "12:00:00"}}
        self.rows["/system/identity"] = {"*0": {"name": "BNG-CENTRO"}}

    def add(self, path: str, **values: str) -> str:
        """Adds a row; an underscore stands for a dash. Returns its id."""
        return self.insert(path, {name.replace("_", "-"): value for name, value in values.items()})

    def insert(self, path: str, values: Row) -> str:
        """Adds a row as it is given. Returns its id."""
        with self.lock:
            number = f"*{next(self._numbers):X}"
            self.rows[path][number] = {".id": number} | {k: _YES_NO.get(v, v) for k, v in values.items()}
            return number

    def find(self, path: str, **values: str) -> list[Row]:
        """Rows that have all these values."""
        with self.lock:
            return [row for row in self.rows[path].values() if values.items() <= row.items()]

    def dial(self, login: str) -> None:
        """Brings a login online, if its secret allows it."""
        secret = self.find("/ppp/secret", name=login)
        if secret and secret[0].get("disabled") != "true":
            address = secret[0].get("remote-address", "100.64.9.9")
            self.add("/ppp/active", name=login, address=address, uptime="1s", session_id="0x81a00001")


class RouterOsServer:
    """Listens on a loopback port until `stop`. `commands` holds every command that came in, without its values."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.tables = Tables()
        self.behaviour = Behaviour()
        self.commands: list[str] = []
        self.sent_rows = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> RouterOsServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Takes no more connections."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            _Conversation(self, connection).run()
        except (HangUp, OSError, IndexError):
            pass
        finally:
            connection.close()


class _Conversation:
    """One connection."""

    def __init__(self, server: RouterOsServer, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._logged_in = False
        self._challenge = b""
        self._tag: list[str] = []

    def run(self) -> None:
        """Answers until the other side hangs up."""
        while True:
            command, *words = read_sentence(self._receive)
            self._tag = [word for word in words if word.startswith(".tag=")]
            given = dict(word[1:].split("=", 1) for word in words if word.startswith("="))
            self._server.commands.append(command)
            time.sleep(self._server.behaviour.slow.get(command, 0))
            try:
                self._obey(command, given, [word[1:] for word in words if word.startswith("?")])
            except Trap as trap:
                self._send("!trap", "=category=0", f"=message={trap}")
                self._send("!done")
            if self._server.behaviour.hang_up_after == command:
                raise HangUp

    def _receive(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            part = self._connection.recv(size - len(received))
            if not part:
                raise HangUp
            received += part
        return received

    def _send(self, *words: str) -> None:
        sentence = encode_sentence((*words, *self._tag))
        pieces = [sentence[at : at + 1] for at in range(len(sentence))]
        for piece in pieces if self._server.behaviour.in_pieces else [sentence]:
            self._connection.sendall(piece)

    def _obey(self, command: str, given: Row, queries: list[str]) -> None:
        behaviour = self._server.behaviour
        if command == "/login":
            return self._login(given)
        if not self._logged_in or command == "/quit":
            self._send("!fatal", "session terminated on request" if self._logged_in else "not logged in")
            raise HangUp
        if behaviour.hang_up_in == command:
            self._connection.sendall(encode_sentence(("!re", "=name=a"))[:-3])
            raise HangUp
        if behaviour.stale_answer:
            self._connection.sendall(encode_sentence(("!re", "=name=stale", ".tag=old")))
            self._connection.sendall(encode_sentence(("!done", ".tag=old")))
        if command in behaviour.refuse:
            raise Trap(behaviour.refuse[command])
        path, _, verb = command.rpartition("/")
        if path not in self._server.tables.rows:
            raise Trap("no such command prefix")
        if verb in _READ_ONLY.get(path, ()) or verb not in ("print", "add", "set", "remove"):
            raise Trap("no such command")
        if verb == "print":
            return self._print(path, given, queries)
        added = "" if command in behaviour.ignore else self._change(path, verb, given)
        self._send("!done", *([f"=ret={added}"] if added else []))

    def _login(self, given: Row) -> None:
        if "response" in given:
            digest = hashlib.md5(b"\0" + PASSWORD.encode() + self._challenge, usedforsecurity=False).hexdigest()
            right = given["response"] == f"00{digest}"
        elif self._server.behaviour.challenge:
            self._challenge = os.urandom(16)
            return self._send("!done", f"=ret={self._challenge.hex()}")
        else:
            right = given.get("password") == PASSWORD
        if not right or given.get("name") != USER:
            raise Trap("invalid user name or password (6)")
        self._logged_in = True
        return self._send("!done")

    def _print(self, path: str, given: Row, queries: list[str]) -> None:
        with self._server.tables.lock:
            found = [dict(row) for row in self._server.tables.rows[path].values() if matches(row, queries)]
        fields = given.get(".proplist", "").split(",") if given.get(".proplist") else None
        for row in found:
            self._server.sent_rows += 1
            self._send("!re", *(f"={name}={value}" for name, value in row.items() if not fields or name in fields))
        self._send("!done")

    def _change(self, path: str, verb: str, given: Row) -> str:
        tables = self._server.tables
        with tables.lock:
            if verb == "add":
                twins = tables.find(path, list=given.get("list", ""), address=given.get("address", ""))
                if path == "/ip/firewall/address-list" and twins:
                    raise Trap("failure: already have such entry")
                return tables.insert(path, given)
            number = given.pop(".id", "")
            if number not in tables.rows[path]:
                raise Trap("no such item")
            if verb == "set":
                if (
                    path == "/ppp/secret"
                    and "profile" in given
                    and not tables.find("/ppp/profile", name=given["profile"])
                ):
                    raise Trap("input does not match any value of profile")
                tables.rows[path][number] |= {k: _YES_NO.get(v, v) for k, v in given.items()}
                return ""
            gone = tables.rows[path].pop(number)
            if path == "/ppp/active" and self._server.behaviour.redial:
                tables.dial(gone["name"])
            return ""


def matches(row: Row, queries: list[str]) -> bool:
    """Whether a row meets query words (without their question mark), evaluated on a stack."""
    stack: list[bool] = []
    for query in queries:
        if query.startswith("#"):
            for operator in query[1:]:
                last = stack.pop()
                if operator == "!":
                    stack.append(not last)
                else:
                    other = stack.pop()
                    stack.append((other and last) if operator == "&" else (other or last))
        elif query[0] in "<>":
            name, value = query[1:].split("=", 1)
            stack.append(name in row and (row[name] < value if query[0] == "<" else row[name] > value))
        elif query.startswith("-"):
            stack.append(query[1:] not in row)
        else:
            name, equal, value = query.removeprefix("=").partition("=")
            stack.append(row.get(name) == _YES_NO.get(value, value) if equal else name in row)
    return all(stack)
