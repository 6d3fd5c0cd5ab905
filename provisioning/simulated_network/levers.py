"""What the simulated network can be asked and told: readings of ONUs, and levers for the demo."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from provisioning.simulated_network.lines import Line, Plant
from provisioning.simulated_network.nas import Behaviour, Nas
from provisioning.simulated_network.olts import Olts
from provisioning.simulated_network.routers import Routers
from provisioning.simulated_network.subscribers import Subscribers

PLANT_LEVERS = {
    "cut_pon": "los",
    "restore_pon": "online",
    "cut_cto": "los",
    "restore_cto": "online",
    "power_off_cto": "dying_gasp",
    "power_on_cto": "online",
    "power_off_area": "dying_gasp",
    "power_on_area": "online",
}


@dataclass
class OltBehaviour:
    """How the OLTs answer now: normal, silent (no answer before the caller gives up) or late; all of them, or `only`
    the one of this name."""

    answer: str = "normal"
    late_seconds: float = 3.0
    only: str = ""


class Network:
    """What the HTTP side can be asked; each method returns a status and a JSON body."""

    def __init__(self, plant: Plant, nas: Nas, subscribers: Subscribers, olts: Olts, routers: Routers) -> None:
        self.olts = OltBehaviour()
        self.routers = routers
        self._configured = olts
        self._plant = plant
        self._nas = nas
        self._subscribers = subscribers

    def wait_as_told(self, stopping: threading.Event, olt: str) -> bool:
        """Waits as an OLT that answers late does; False when it shall not answer at all."""
        if self.olts.answer == "normal" or self.olts.only not in ("", olt):
            return True
        stopping.wait(self.olts.late_seconds if self.olts.answer == "late" else 60)
        return self.olts.answer == "late"

    def onu(self, serial: str) -> tuple[int, Any]:
        """One ONU's reading."""
        lines = self._plant.select(onu=serial) if serial else []
        return (200, _line(lines[0])) if lines else (404, {"error": "unknown_onu"})

    def olt_of(self, serial: str) -> str:
        """The OLT that an ONU hangs on; empty where nobody knows it."""
        lines = self._plant.select(onu=serial) if serial else []
        return lines[0].olt if lines else ""

    def ask_olt(self, olt: str, what: str, query: Mapping[str, str]) -> tuple[int, Any]:
        """What an OLT can be asked: onus, found, pon, config."""
        if what == "onus":
            return self._configured.onus(olt)
        if what == "found":
            return self._configured.found(olt)
        if what == "pon":
            return self._configured.load(olt, query.get("pon", ""))
        if what == "config":
            return self._configured.config(olt, query.get("serial", ""))
        return 404, {"error": "unknown_path"}

    def tell_olt(self, olt: str, what: str, wish: dict[str, Any]) -> tuple[int, Any]:
        """What an OLT can be told: add, remove, reboot, active. The ONU's session follows."""
        serial = str(wish["serial"])
        lines = self._plant.select(onu=serial, olt=olt)
        if what == "add":
            status, answer = self._configured.add(olt, wish)
            if status == 200:
                self._put(self._plant.select(onu=serial), "online")
            return status, answer
        if what == "remove":
            for line in lines:
                self._nas.drop(line.pppoe_login, "Lost-Carrier")
            return self._configured.remove(olt, serial)
        if not lines:
            return 404, {"error": "unknown_onu"}
        if what == "reboot":
            self._nas.drop(lines[0].pppoe_login, "Lost-Carrier")
            self._plant.restarted(serial)
            return 200, {}
        if what == "active":
            status, answer = self._configured.set_active(olt, serial, bool(wish["active"]))
            self._put(lines, "online" if wish["active"] else "offline")
            return status, answer
        return 404, {"error": "unknown_path"}

    def subscribers(self) -> tuple[int, Any]:
        """Every line with its session, and whether traffic passes through it."""
        found = []
        for line in self._plant.select():
            sessions = self._subscribers.find(login=line.pppoe_login)
            passes = line.carries and any(not session.address_list for session in sessions)
            found.append({**_line(line), "sessions": [asdict(session) for session in sessions], "passes": passes})
        return 200, found

    def set_onu(self, serial: str, wish: dict[str, Any]) -> tuple[int, Any]:
        """Puts one ONU into a state, with an optional power; its session follows."""
        lines = self._plant.select(onu=serial) if serial else []
        if not lines:
            return 404, {"error": "unknown_onu"}
        self._put(lines, str(wish.get("state", lines[0].state)), wish.get("rx_dbm"))
        return self.onu(serial)

    def control(self, wish: dict[str, Any]) -> tuple[int, Any]:
        """Levers: `nas` and `olts` (behaviour), `hang_up` (a login), `plug_onu` (a new one), `fill_pon` (a PON), and
        those of PLANT_LEVERS (a place)."""
        for name, value in wish.items():
            if name == "nas":
                _update(self._nas.behaviour, value)
            elif name == "olts":
                _update(self.olts, value)
            elif name == "hang_up":
                self._nas.drop(str(value), "User-Request")
            elif name == "plug_onu":
                self._configured.plug(value)
            elif name == "fill_pon":
                self._configured.fill(value)
            elif name in PLANT_LEVERS:
                self._pull(name, value)
            else:
                return 400, {"error": f"unknown lever {name!r}"}
        return 200, {"nas": asdict(self._nas.behaviour), "olts": asdict(self.olts)}

    def _pull(self, lever: str, place: Any) -> None:
        kind = lever.rpartition("_")[2]
        where = {kind: str(place)} if kind != "pon" else {"olt": str(place["olt"]), "pon": str(place["pon"])}
        lines = [line for line in self._plant.select(**where) if line.active]
        if lever.startswith("restore"):
            lines = [line for line in lines if line.state == "los"]
        elif lever.startswith("power_on"):
            lines = [line for line in lines if line.state == "dying_gasp"]
        else:
            # A line that is already down keeps its own reason.
            lines = [line for line in lines if line.carries]
        self._put(lines, PLANT_LEVERS[lever])

    def _put(self, lines: list[Line], state: str, rx_dbm: float | None = None) -> None:
        for line in lines:
            self._plant.change(line, state, rx_dbm)
            if state == "online":
                self._nas.redial(line.pppoe_login)
            elif state != "unknown":
                self._nas.drop(line.pppoe_login, "Lost-Carrier")


def _line(line: Line) -> dict[str, Any]:
    shown = {key: value for key, value in asdict(line).items() if key != "lit_dbm"}
    return shown | {"since": line.since.isoformat()}


def _update(behaviour: Behaviour | OltBehaviour, wish: dict[str, Any] | str) -> None:
    changes = {"answer": wish} if isinstance(wish, str) else wish
    allowed = {item.name: type(getattr(behaviour, item.name)) for item in fields(behaviour)}
    for name, value in changes.items():
        setattr(behaviour, name, allowed[name](value))
    if behaviour.answer not in ("normal", "silent", "late"):
        behaviour.answer = "normal"
        raise ValueError("answer is normal, silent or late")
