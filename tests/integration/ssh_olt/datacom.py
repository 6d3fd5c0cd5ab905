"""Datacom's DmOS as people report it: a candidate and its commit, ids from 0; checked against no recording."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.integration.ssh_olt.answer import Answer, Vendor
from tests.integration.ssh_olt.plant import OltPlant, Onu, PlantRefused

_REASONS = {"": "-", "los": "LOSi", "dying_gasp": "DGi", "deactivated": "-", "unknown": "-"}
_REFUSALS = {
    "exists": "Aborted: serial number is already configured",
    "full": "Aborted: maximum number of ONUs reached",
    "number": "Aborted: ONU already exists",
    "unknown": "syntax error: unknown argument",
}
_PON = r"(\d+/\d+/\d+)"


class Datacom(Vendor):
    """Operational and configuration modes; the candidate belongs to one connection at a time."""

    holders: dict[int, Datacom] = {}  # noqa: RUF012  # by plant: all connections of one OLT share its lock

    def __init__(self, plant: OltPlant) -> None:
        super().__init__(plant)
        self._candidate: list[Callable[[], object]] = []
        self._pon = ""
        self._said: dict[str, str] = {}

    @property
    def prompt(self) -> str:
        """DM4615#, DM4615(config)#, DM4615(config-gpon-onu-0)#."""
        return f"DM4615({self.mode})#" if self.mode else "DM4615#"

    def leave(self) -> None:
        """See Vendor: a connection that ends gives the candidate back."""
        with self.plant.lock:
            if self.holders.get(id(self.plant)) is self:
                del self.holders[id(self.plant)]

    def answer(self, line: str) -> Answer:
        """See Vendor."""
        line = line.removeprefix("do ") if self.mode else line
        for pattern, obey in self._reads() + (self._changes() if self.mode else []):
            found = re.fullmatch(pattern, line)
            if found:
                try:
                    done = obey(*found.groups())
                except PlantRefused as refused:
                    return Answer(_REFUSALS[str(refused)])
                return done if isinstance(done, Answer) else Answer(done)
        return Answer("syntax error: unknown argument")

    def _reads(self) -> list[tuple[str, Callable[..., str | Answer]]]:
        return [
            (r"paginate false", lambda: ""),
            (r"config exclusive", self._hold),
            (rf"show interface gpon {_PON} onu", self._list),
            (r"show interface gpon onu \| include (\w+)", self._grep),
            (rf"show interface gpon {_PON} onu (\d+)", self._detail),
            (rf"show interface gpon {_PON} onu (\d+) rssi", self._rssi),
            (r"show interface gpon discovered-onus", self._discovered),
            (r"show interface gpon brief", self._brief),
            (rf'show running-config service-port \| include "gpon {_PON} onu (\d+) "', self._services),
        ]

    def _changes(self) -> list[tuple[str, Callable[..., str | Answer]]]:
        return [
            (rf"interface gpon {_PON}", self._enter),
            (r"onu (\d+)", self._onu),
            (r"(serial-number|name|line-profile|service-profile) (\S+)", self._set),
            (r"ethernet 1|exit|top|service-port new|native vlan vlan-id \d+", lambda: ""),
            (rf"gpon {_PON} onu (\d+) gem (\d+) match vlan vlan-id \d+ action vlan replace vlan-id (\d+)", self._serve),
            (r"no service-port (\d+)", lambda index: self._later(lambda: self.plant.unserve(int(index)))),
            (r"no onu (\d+)", self._delete),
            (r"onu-reset onu (\d+)", self._reset),
            (r"commit", self._commit),
            (r"abort", self._abort),
        ]

    def _hold(self) -> str:
        with self.plant.lock:
            if self.holders.setdefault(id(self.plant), self) is not self:
                return "Error: configuration database is locked by another session"
        self.mode = "config"
        return "Entering configuration mode exclusive"

    def _later(self, step: Callable[[], object]) -> str:
        self._candidate.append(step)
        return ""

    def _enter(self, pon: str) -> str:
        self._pon = pon
        self.mode = "config-gpon-" + pon
        return ""

    def _onu(self, number: str) -> str:
        pon, said = self._pon, dict[str, str]()
        self._said = said

        def add() -> None:
            onu = self.plant.add(pon, said["serial-number"], int(number))
            onu.description = said.get("name", "")
            onu.line_profile, onu.service_profile = said["line-profile"], said.get("service-profile", "")

        return self._later(add)

    def _set(self, name: str, value: str) -> str:
        self._said[name] = value
        return ""

    def _serve(self, pon: str, number: str, gem: str, vlan: str) -> str:
        return self._later(lambda: self.plant.serve(self.plant.onu(pon, int(number)), int(vlan), int(gem)))

    def _delete(self, number: str) -> str:
        pon = self._pon
        return self._later(lambda: self.plant.pons[pon].pop(int(number), None))

    def _reset(self, number: str) -> Answer:
        onu = self.plant.onu(self._pon, int(number))

        def reset() -> Answer:
            onu.reboots += 1
            return Answer()

        return Answer(question="This will reset the ONU. Are you sure? [yes,no] ", if_yes=reset)

    def _commit(self) -> str:
        steps, self._candidate = self._candidate, []
        for step in steps:
            step()
        return "Commit complete."

    def _abort(self) -> str:
        self._candidate, self.mode = [], ""
        self.leave()
        return ""

    def _list(self, pon: str) -> str:
        if pon not in self.plant.pons:
            raise PlantRefused("unknown")
        if pon in self.plant.broken:
            return "Error: application communication failure"
        rows = [_row(pon, onu) for onu in sorted(self.plant.pons[pon].values(), key=lambda onu: onu.number)]
        head = "Itf      ONU ID  Serial Number  Oper State  Last Down Reason  Name\n" + "-" * 70
        return "\n".join([head, *rows]) if rows else "No entries found."

    def _grep(self, serial: str) -> str:
        found = self.plant.find(serial)
        return _row(*found) if found else ""

    def _detail(self, pon: str, number: str) -> str:
        onu = self.plant.onu(pon, int(number))
        down = onu.state != "online"
        rows = {
            "ID": number,
            "Serial Number": onu.serial,
            "Uptime": "N/A" if down else "1 day, 2 hours, 3 minutes",
            "Last down reason": _REASONS[onu.cause],
            "Last down time": f"{onu.changed_at}" if onu.cause else "N/A",
            "Name": onu.description,
            "Operational state": _oper(onu),
            "Distance": f"{0 if down else onu.distance_m // 1000} [km]",
            "Line Profile": onu.line_profile,
            "Service Profile": onu.service_profile,
            "Rx Optical Power [dBm]": "N/A" if down else f"{onu.rx_dbm:.2f}",
            "Tx Optical Power [dBm]": "N/A" if down else f"{onu.tx_dbm:.2f}",
        }
        return "\n".join(f"{name:<23} : {value}" for name, value in rows.items())

    def _rssi(self, pon: str, number: str) -> str:
        return f"RSSI [dBm] : {self.plant.onu(pon, int(number)).olt_rx_dbm:.2f}"

    def _discovered(self) -> str:
        rows = [f"      {pon}            {serial}" for pon, serial, _ in self.plant.waiting]
        head = " Chassis / Slot / Port  Serial Number\n ---------------------  -------------"
        return "\n".join([head, *rows]) if rows else "No entries found."

    def _brief(self) -> str:
        head = "Interface  DS FEC    US FEC   Admin     Link  Transceiver type\n" + "-" * 64
        return "\n".join([head, *(f"{pon}      Disabled  Enabled  Enabled   Up    GPON" for pon in self.plant.pons)])

    def _services(self, pon: str, number: str) -> str:
        onu = self.plant.pons.get(pon, {}).get(int(number))
        where = f"gpon {pon} onu {number}"
        return "\n".join(
            f"service-port {index} {where} gem {gem} match vlan vlan-id {vlan} action vlan replace vlan-id {vlan}"
            for index, (vlan, gem) in (onu.services if onu else {}).items()
        )


def _oper(onu: Onu) -> str:
    return {"online": "Up", "offline": "Down"}.get(onu.state, "N/A")


def _row(pon: str, onu: Onu) -> str:
    return f"{pon:<8} {onu.number:<7} {onu.serial:<14} {_oper(onu):<11} {_REASONS[onu.cause]:<17} {onu.description}"
