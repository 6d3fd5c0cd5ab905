"""A TL1 gateway that keeps its OLT's ONUs in memory, and can be told to refuse, fall silent or hang up."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "s3nha-do-tl1"
SENTENCE = re.compile(r"(?P<verb>[A-Z-]+):[^:]*:(?P<where>[^:]*):(?P<ctag>[^:]*):[^:]*:(?P<what>[^;]*);")


@dataclass
class StubOnu:
    """One ONU behind the gateway."""

    pon: str
    serial: str
    number: int
    name: str = ""
    onu_type: str = "AN5506-04"
    state: str = "UP"
    off_at: str = "--"
    rx: str = "-19,25"
    olt_rx: str = "-21,40"
    admin: str = "UP"
    port: str = "UP"
    service: dict[str, str] = field(default_factory=dict)
    resets: int = 0


class Tl1Stub:
    """The gateway. `sentences` is what it heard; the sets of verbs say how it misbehaves."""

    def __init__(self, user: str = "tl1", password: str = PASSWORD) -> None:
        self.user, self.password = user, password
        self.onus: dict[str, StubOnu] = {}
        self.unregistered: list[tuple[str, str]] = []
        self.pons = {"NA-NA-1-1", "NA-NA-1-2"}
        self.sentences: list[str] = []
        self.silent: set[str] = set()
        self.dead = False
        self.hang_up_before: set[str] = set()
        self.hang_up_after: set[str] = set()
        self.denied: dict[str, tuple[str, str]] = {}
        self.rows_in_a_block = 1000
        self.noise = ""
        self.busy = threading.Lock()
        self._connections: list[socket.socket] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Hangs up on everybody."""
        self._server.shutdown()
        self._server.server_close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """What a gateway does with sessions that were idle for too long."""
        while self._connections:
            connection = self._connections.pop()
            connection.close() if connection.fileno() < 0 else _cut(connection)

    def verbs(self) -> list[str]:
        """The verbs it heard, in order, without those that keep a session."""
        heard = [sentence.partition(":")[0] for sentence in self.sentences]
        return [verb for verb in heard if verb not in {"LOGIN", "LOGOUT", "SHAKEHAND"}]

    def seat(self, serial: str, pon: str = "NA-NA-1-1", **more: Any) -> StubOnu:
        """Configures an ONU, as somebody at the gateway would."""
        onu = StubOnu(pon, serial, 1 + sum(other.pon == pon for other in self.onus.values()), **more)
        self.onus[serial] = onu
        return onu

    def answer(self, verb: str, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        """(EN, ENDESC, table with its names first)."""
        if verb in self.denied:
            return (*self.denied[verb], [])
        if where.get("PONID", "NA-NA-1-1") not in self.pons:
            return "IRNE", "resource does not exist", []
        handler = getattr(self, "_" + verb.replace("-", "_").lower(), None)
        if handler is None:
            return "IICM", "Invalid command", []
        found: tuple[str, str, list[list[str]]] = handler(where, what)
        return found

    def _shakehand(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        return _fine()

    def _lst_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        names = ["OLTID", "PONID", "ONUNO", "NAME", "DESC", "ONUTYPE", "IP", "AUTHTYPE", "MAC"]
        rows = [
            [where["OLTID"], onu.pon, str(onu.number), onu.name, "--", onu.onu_type, "--", "MAC", onu.serial]
            for onu in self._at(where)
        ]
        return _fine([names, *rows])

    def _lst_onustate(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        found = list(self._at(where))
        if not found and "ONUID" in where:
            return "IRNE", "resource does not exist", []
        names = ["ONUID", "AdminState", "OprState", "Auth", "AUTHINFO", "OnuIp", "LASTOFFTIME"]
        rows = [[str(onu.number), onu.admin, onu.state, "MAC", onu.serial, "--", onu.off_at] for onu in found]
        return _fine([names, *rows])

    def _lst_omddm(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        names = [
            "ONUID",
            "RxPower",
            "RxPowerR",
            "TxPower",
            "TxPowerR",
            "CurrTxBias",
            "Temperature",
            "Voltage",
            "PTxPower",
            "PRxPower",
        ]
        rows = [
            [onu.serial, onu.rx, "Normal", "2,31", "Normal", "12,1", "48,2", "3,29", "--", onu.olt_rx]
            for onu in self._at(where)
        ]
        return _fine([names, *rows])

    def _lst_unregonu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        rows = [[pon.split("-")[2], pon.split("-")[3], serial, "AN5506-04"] for pon, serial in self.unregistered]
        return _fine([["SLOTNO", "PONNO", "MAC", "ONUTYPE"], *rows])

    def _add_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        if what["ONUID"] in self.onus:
            return "IRAE", "resource already exists", []
        self.seat(what["ONUID"], where["PONID"], name=what["NAME"], onu_type=what["ONUTYPE"])
        self.unregistered = [item for item in self.unregistered if item[1] != what["ONUID"]]
        return _fine()

    def _set_wanservice(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        self.onus[where["ONUID"]].service = dict(what)
        return _fine()

    _cfg_lanportvlan = _set_wanservice

    def _lst_onuwanservicecfg(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        rows = [[onu.serial, onu.service.get("VLAN", onu.service.get("CVLAN", "--"))] for onu in self._at(where)]
        return _fine([["ONUID", "VLAN"], *rows])

    def _del_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        gone = self.onus.pop(what["ONUID"], None)
        return _fine() if gone else ("IRNE", "resource does not exist", [])

    def _reset_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        for onu in self._at(where):
            onu.resets += 1
            return _fine()
        return "IRNE", "resource does not exist", []

    def _switch(self, where: dict[str, str], part: str, value: str) -> tuple[str, str, list[list[str]]]:
        for onu in self._at(where):
            setattr(onu, part, value)
            return _fine()
        return "IRNE", "resource does not exist", []

    def _act_lanport(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        return self._switch(where, "port", "UP")

    def _dact_lanport(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        return self._switch(where, "port", "DOWN")

    def _act_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        return self._switch(where, "admin", "UP")

    def _dact_onu(self, where: dict[str, str], what: dict[str, str]) -> tuple[str, str, list[list[str]]]:
        return self._switch(where, "admin", "DOWN")

    def _at(self, where: dict[str, str]) -> Iterable[StubOnu]:
        return [
            onu
            for onu in self.onus.values()
            if where.get("PONID", onu.pon) == onu.pon and where.get("ONUID", onu.serial) == onu.serial
        ]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    stub: Tl1Stub


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        stub, heard, logged_in = self.server.stub, "", False
        stub._connections.append(self.request)
        while True:
            try:
                chunk = self.request.recv(4096)
            except OSError:
                return
            if not chunk:
                return
            heard += chunk.decode()
            while match := SENTENCE.search(heard):
                heard = heard[match.end() :]
                stub.sentences.append(match.group())
                if stub.dead:
                    continue
                where, what = _fields(match["where"]), _fields(match["what"])
                if match["verb"] == "LOGIN":
                    logged_in = (what.get("UN"), what.get("PWD")) == (stub.user, stub.password)
                    denied: tuple[str, str, list[list[str]]] = ("PICC", "Invalid user or password", [])
                    self._say(match["ctag"], *(_fine() if logged_in else denied))
                elif not self._serve(match["verb"], match["ctag"], where, what, logged_in):
                    return

    def _serve(self, verb: str, ctag: str, where: dict[str, str], what: dict[str, str], logged_in: bool) -> bool:
        stub = self.server.stub
        if verb == "LOGOUT" or verb in stub.hang_up_before:
            stub.hang_up_before.discard(verb)
            return False
        with stub.busy:
            found = stub.answer(verb, where, what) if logged_in else ("IIAC", "illegal session", [])
        if verb in stub.hang_up_after:
            stub.hang_up_after.discard(verb)
            return False
        if verb not in stub.silent:
            self._say(ctag, *found)
        return True

    def _say(self, ctag: str, en: str, words: str, table: list[list[str]]) -> None:
        stub = self.server.stub
        head = f"\r\n   UNM2000 2026-11-20 21:30:00\r\nM  {ctag} {'COMPLD' if en == '0' else 'DENY'}\r\n"
        head += f"   EN={en}   ENDESC={words}\r\n"
        if not table:
            self.request.sendall(f"{stub.noise}{head}\r\n;".encode())
            return
        names, rows = table[0], table[1:]
        size = stub.rows_in_a_block
        blocks = [rows[start : start + size] for start in range(0, len(rows), size)] or [[]]
        rule = "-" * 40
        for place, block in enumerate(blocks, 1):
            body = f"   total_blocks={len(blocks)}\r\n   block_number={place}\r\n   block_records={len(block)}\r\n\r\n"
            body += f"List of answers\r\n{rule}\r\n" + "\r\n".join("\t".join(row) for row in [names, *block])
            end = ";" if place == len(blocks) else ">"
            self.request.sendall(f"{stub.noise}{head}{body}\r\n{rule}\r\n{end}".encode())


def _fine(table: list[list[str]] | None = None) -> tuple[str, str, list[list[str]]]:
    return "0", "No error", table or []


def _fields(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(",") if "=" in part)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
