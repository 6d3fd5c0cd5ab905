"""SmartOLT's service with one OLT in memory: the paths and shapes of the shared facts, and its ways to refuse."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "chave-de-teste"
READS = (
    "onu/get_onus_statuses",
    "onu/unconfigured_onus_for_olt/{olt_id}",
    "onu/get_onu_details/{external_id}",
    "onu/get_onu_status/{external_id}",
    "onu/get_onu_signal/{external_id}",
    "onu/get_onu_full_status_info/{external_id}",
)
WRITES = (
    "onu/authorize_onu",
    "onu/reboot/{external_id}",
    "onu/enable/{external_id}",
    "onu/disable/{external_id}",
    "onu/delete/{external_id}",
)
LIVE = """ONT distance(m)        : 1840
Last down cause         : dying-gasp
"""
Answer = tuple[int, Any]


class SmartOltStub:
    """The service. `calls` is what it was asked; `answers` replaces its answer to a path once, None hangs up."""

    def __init__(self) -> None:
        self.onus: dict[str, dict[str, str]] = {}
        self.unconfigured: list[dict[str, str]] = []
        self.calls: list[str] = []
        self.answers: dict[str, Answer | None] = {}
        self.hang_up_after: set[str] = set()
        self.reboots: list[str] = []
        self.dead = False
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """The base of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api"

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()

    def seat(self, sn: str, external_id: str = "", **more: str) -> dict[str, str]:
        """Configures an ONU, as somebody in SmartOLT's own pages would."""
        known = {"olt_id": "1", "board": "1", "port": "2", "onu": str(len(self.onus) + 1), "zone_id": "3"}
        onu = {**known, "id": external_id or sn, "sn": sn, "status": "Online", "name": "", "admin": "Enabled"}
        onu |= {"olt_rx": "-21.1", "rx": "-19.25"}
        self.onus[onu["id"]] = onu | {"last_status_change": "2026-11-20 21:24:00"} | more
        return self.onus[onu["id"]]

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str]) -> Answer:
        """(status, body)."""
        name, _, last = path.removeprefix("onu/").partition("/")
        handler = getattr(self, f"_{method.lower()}_{name}", None)
        if handler is None:
            return 404, {"status": False, "error": "Unknown method"}
        if name in {"get_onus_statuses", "unconfigured_onus_for_olt", "authorize_onu"}:
            found: Answer = handler(query | form)
            return found
        if last not in self.onus:
            return 200, {"status": False, "error": "ONU not found"}
        about: Answer = handler(self.onus[last])
        return about

    def _get_get_onus_statuses(self, asked: dict[str, str]) -> Answer:
        shown = ("id", "sn", "olt_id", "board", "port", "onu", "zone_id", "status", "last_status_change")
        rows = [
            {name: onu[name] for name in shown}
            for onu in self.onus.values()
            if all(onu[name] == value for name, value in asked.items())
        ]
        return (200, {"status": True, "response": rows}) if rows else (200, {"status": False, "error": "No ONUs found"})

    def _get_unconfigured_onus_for_olt(self, asked: dict[str, str]) -> Answer:
        return 200, {"status": True, "response": self.unconfigured}

    def _get_get_onu_details(self, onu: dict[str, str]) -> Answer:
        details = {**onu, "administrative_status": onu["admin"]}
        return 200, {"status": True, "onu_details": details}

    def _get_get_onu_status(self, onu: dict[str, str]) -> Answer:
        word = onu["status"] if onu["admin"] == "Enabled" else "Offline"
        return 200, {"status": True, "onu_status": word, "last_status_change": onu["last_status_change"]}

    def _get_get_onu_signal(self, onu: dict[str, str]) -> Answer:
        signal = {"onu_signal": "Very good", "onu_signal_value": "-21.1 dBm / -19.25 dBm"}
        return 200, {"status": True, **signal, "onu_signal_1310": onu["olt_rx"], "onu_signal_1490": onu["rx"]}

    def _get_get_onu_full_status_info(self, onu: dict[str, str]) -> Answer:
        return 200, {"status": True, "full_status_info": LIVE}

    def _post_authorize_onu(self, asked: dict[str, str]) -> Answer:
        if asked["sn"] in {onu["sn"] for onu in self.onus.values()}:
            return 200, {"status": False, "error": "ONU with this SN is already authorized"}
        self.seat(
            asked["sn"],
            asked["onu_external_id"],
            **{k: v for k, v in asked.items() if k not in {"onu_external_id", "sn"}},
        )
        self.unconfigured = [row for row in self.unconfigured if row["sn"] != asked["sn"]]
        return 200, {"status": True, "response": "ONU authorized"}

    def _post_reboot(self, onu: dict[str, str]) -> Answer:
        self.reboots.append(onu["sn"])
        return 200, {"status": True, "response": "Reboot command sent"}

    def _post_enable(self, onu: dict[str, str]) -> Answer:
        onu["admin"] = "Enabled"
        return 200, {"status": True, "response": "ONU enabled"}

    def _post_disable(self, onu: dict[str, str]) -> Answer:
        onu["admin"] = "Disabled"
        return 200, {"status": True, "response": "ONU disabled"}

    def _post_delete(self, onu: dict[str, str]) -> Answer:
        del self.onus[onu["id"]]
        return 200, {"status": True, "response": "ONU deleted"}


class _Server(ThreadingHTTPServer):
    stub: SmartOltStub


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve("GET", {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._serve("POST", _flat(body))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _serve(self, method: str, form: dict[str, str]) -> None:
        stub, asked = self.server.stub, urlsplit(self.path)
        path = asked.path.removeprefix("/api/")
        stub.calls.append(f"{method} {path}")
        name = re.sub(r"^onu/|/.*$", "", path)
        if stub.dead:
            self.close_connection = True
            return
        if self.headers.get("X-Token") != TOKEN:
            self._say(403, {"status": False, "error": "Invalid API key"})
            return
        told = stub.answers.pop(name) if name in stub.answers else stub.answer(method, path, _flat(asked.query), form)
        if told is None or name in stub.hang_up_after:
            self.close_connection = True
            return
        self._say(*told)

    def _say(self, status: int, body: Any) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
