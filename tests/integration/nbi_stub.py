"""GenieACS's NBI with one router behind it, as the captures show it, and trouble on demand."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DEVICE = "202BC1-BM632w-000001"
LAN = "InternetGatewayDevice.LANDevice.1"
WLAN = f"{LAN}.WLANConfiguration.1"
PASSWORD = f"{WLAN}.PreSharedKey.1.PreSharedKey"
UPTIME = "InternetGatewayDevice.DeviceInfo.UpTime"
FIRMWARE = "InternetGatewayDevice.DeviceInfo.SoftwareVersion"
LOGIN = "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Username"
TASKS = {"getParameterValues", "setParameterValues", "refreshObject", "reboot"}


@dataclass
class Parameter:
    """One value of the router, what the ACS last read of it, and whether it may be written."""

    value: Any
    type: str = "xsd:string"
    writable: bool = True
    readable: bool = True
    read: Any = None


def old_router() -> dict[str, Parameter]:
    """A router of TR-098."""
    return {
        UPTIME: Parameter(213138, "xsd:unsignedInt", False),
        FIRMWARE: Parameter("V100R001IRQC56B017", "xsd:string", False),
        LOGIN: Parameter("ana.souza"),
        f"{WLAN}.SSID": Parameter("Casa da Ana"),
        f"{WLAN}.Channel": Parameter(6, "xsd:int"),
        f"{WLAN}.Enable": Parameter(True, "xsd:boolean"),
        PASSWORD: Parameter("senha-antiga", readable=False),
        f"{LAN}.Hosts.Host.1.HostName": Parameter("celular", writable=False),
        f"{LAN}.Hosts.Host.1.MACAddress": Parameter("aa:bb:cc:12:34:56", writable=False),
        f"{LAN}.Hosts.Host.1.IPAddress": Parameter("192.168.1.10", writable=False),
        f"{LAN}.Hosts.Host.1.Active": Parameter(True, "xsd:boolean", False),
        f"{LAN}.Hosts.Host.1.InterfaceType": Parameter("802.11", writable=False),
    }


def new_router() -> dict[str, Parameter]:
    """A router of TR-181 with two bands."""
    values = {
        "Device.DeviceInfo.UpTime": Parameter(100, "xsd:unsignedInt", False),
        "Device.DeviceInfo.SoftwareVersion": Parameter("2.0", writable=False),
        "Device.PPP.Interface.1.Username": Parameter("ana.souza"),
    }
    for number, band, channel in ((1, "2.4GHz", 11), (2, "5GHz", 44)):
        point, ssid, radio = (f"Device.WiFi.{name}.{number}" for name in ("AccessPoint", "SSID", "Radio"))
        values |= {
            f"{ssid}.SSID": Parameter("Casa da Ana"),
            f"{ssid}.LowerLayers": Parameter(f"{radio}."),
            f"{point}.SSIDReference": Parameter(f"{ssid}."),
            f"{point}.Security.KeyPassphrase": Parameter("senha-antiga", readable=False),
            f"{radio}.OperatingFrequencyBand": Parameter(band, writable=False),
            f"{radio}.Channel": Parameter(channel, "xsd:unsignedInt"),
            f"{radio}.AutoChannelEnable": Parameter(True, "xsd:boolean"),
        }
    return values


@dataclass
class Trouble:
    """`ignores`: parameters that stay as they are though the ACS says 200. `dies_on`: a task's name at which the NBI
    ends without an answer. `keeps_tasks`: nothing can be deleted. `faults`: what the router answers to a task."""

    offline: bool = False
    ignores: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)
    dies_on: str = ""
    keeps_tasks: bool = False
    never_boots: bool = False
    silent: bool = False
    login: str = ""


class NbiStub:
    """Listens on a loopback port until `stop`."""

    def __init__(self, device: str = DEVICE, values: dict[str, Parameter] | None = None) -> None:
        self.device = device
        self.values = values or old_router()
        self.trouble = Trouble()
        self.tasks: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.informed_at = datetime.now(UTC) - timedelta(minutes=5)
        self.booted_at = datetime.now(UTC) - timedelta(days=9)
        self.posted: list[str] = []
        self._numbers = iter(range(1, 10_000))
        for item in self.values.values():
            item.read = item.value
        stub = self

        class Handler(_Handler):
            nbi = stub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Answers no more."""
        self._server.shutdown()
        self._server.server_close()

    def queue(self, name: str, **arguments: Any) -> dict[str, Any]:
        """A task that waits."""
        task = {"name": name, **arguments, "device": self.device, "timestamp": _iso(datetime.now(UTC))}
        self.tasks.append(task | {"_id": f"{next(self._numbers):024x}"})
        return self.tasks[-1]

    def take(self, body: dict[str, Any], at_once: bool) -> tuple[int, str, Any]:
        """Status, reason and body for a new task."""
        name = body["name"]
        self.posted.append(name)
        if name == self.trouble.dies_on or name not in TASKS:
            raise ConnectionAbortedError
        task = self.queue(**body)
        if not at_once:
            return 202, "Accepted", task
        if self.trouble.offline:
            return 202, "Device is offline", task
        if not self.trouble.silent:
            self.informed_at = datetime.now(UTC)
        if name in self.trouble.faults:
            channel = f"task_{task['_id']}"
            fault = {"code": self.trouble.faults[name], "message": "Method not supported", "retries": 0}
            self.faults.append({"_id": f"{self.device}:{channel}", "device": self.device, "channel": channel, **fault})
            return 202, "Task faulted", task
        self._do(task)
        self.tasks.remove(task)
        return 200, "OK", task

    def _do(self, task: dict[str, Any]) -> None:
        for name, value, *_ in task.get("parameterValues", ()):
            known = self.values.get(name)
            if known and known.writable and name not in self.trouble.ignores:
                known.value = known.read = value
        for name, item in self.values.items():
            if name in task.get("parameterNames", ()) or name.startswith(f"{task.get('objectName', '-')}."):
                item.read = item.value
        if task["name"] == "reboot" and not self.trouble.never_boots:
            self.booted_at = datetime.now(UTC) + timedelta(seconds=30)

    def delete(self, what: str, number: str) -> tuple[int, str]:
        """Status and reason for taking away a task or a fault."""
        rows = self.tasks if what == "tasks" else self.faults
        found = [row for row in rows if row["_id"] == number]
        if self.trouble.keeps_tasks:
            return 503, "Device is in session"
        for row in found:
            rows.remove(row)
        return (200, "OK") if found else (404, "Not Found")

    def documents(self, projection: list[str]) -> list[dict[str, Any]]:
        """The device, reduced to the projection."""
        oui, product, serial = self.device.split("-", 2)
        document: dict[str, Any] = {"_id": self.device}
        extra = {
            "_deviceId": {
                "_Manufacturer": "Maker",
                "_OUI": oui,
                "_ProductClass": product,
                "_SerialNumber": unquote(serial),
            },
            "_lastInform": _iso(self.informed_at),
            "_lastBoot": _iso(self.booted_at),
        }
        document |= {name: value for name, value in extra.items() if not projection or name in projection}
        for path, item in self.values.items():
            if not projection or any(path == name or path.startswith(f"{name}.") for name in projection):
                _place(document, path, item)
        return [document]

    def rows(self, what: str, query: dict[str, Any], projection: list[str]) -> list[dict[str, Any]]:
        """The answer to GET /devices/, /tasks/ or /faults/."""
        if what == "devices":
            return self.documents(projection) if _holds(self.documents([])[0], query) else []
        return [row for row in (self.tasks if what == "tasks" else self.faults) if _holds(row, query)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    nbi: NbiStub

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = parse_qs(where.query)
        projection = asked["projection"][0].split(",") if "projection" in asked else []
        rows = self.nbi.rows(where.path.strip("/"), json.loads(asked["query"][0]), projection)
        self._answer(200, "OK", rows)

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        device = unquote(where.path.split("/")[2])
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if device != self.nbi.device:
            return self._answer(404, "Not Found", "No such device")
        try:
            self._answer(*self.nbi.take(body, "connection_request" in where.query))
        except ConnectionAbortedError:
            self.close_connection = True

    def do_DELETE(self) -> None:
        _, what, number = self.path.split("/")
        self._answer(*self.nbi.delete(what, unquote(number)), "")

    def _answer(self, status: int, reason: str, body: Any) -> None:
        if self.nbi.trouble.login and self.headers.get("Authorization") != self.nbi.trouble.login:
            status, reason, body = 401, "Unauthorized", ""
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status, reason)
        if not isinstance(body, str):
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


def _place(document: dict[str, Any], path: str, item: Parameter) -> None:
    *above, name = path.split(".")
    for part in above:
        document = document.setdefault(part, {})
    node: dict[str, Any] = {"_object": False, "_writable": item.writable}
    if item.readable:
        node |= {"_value": item.read, "_type": item.type, "_timestamp": _iso(datetime.now(UTC))}
    document[name] = node


def _holds(row: dict[str, Any], query: dict[str, Any]) -> bool:
    if "$or" in query:
        return any(_holds(row, other) for other in query["$or"])
    for path, wanted in query.items():
        found: Any = row
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if found not in (wanted["$in"] if isinstance(wanted, dict) else [wanted]):
            return False
    return True


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
