"""The rig of OLTs over SNMP: an agent with Huawei's MIB whose ONUs can be arranged while it answers."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.snmp_agent import Agent, Oid, field, number
from provisioning.driver import drivers
from provisioning.olt import OnuOrder
from provisioning.ports import DownCause
from provisioning.snmp import huawei as mib

CAUSES = {"": -1, "los": 1, "dying_gasp": 13}
UP, DOWN, UNKNOWN = 1, 2, -1


class SnmpRig:
    """See OltRig; over Huawei's columns, some of which may be written."""

    lacks: frozenset[str] = frozenset({"login"})
    pons = ("0/1/0", "0/1/1")

    def __init__(self, listening: socket.socket) -> None:
        self.log: list[str] = []
        self.silent = False
        self._listening = listening
        self._onus: dict[str, dict[str, Any]] = {}
        self._broken: set[str] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stops answering for good."""
        self._ending.set()
        self._thread.join()

    def olt(self, *, password: str = "") -> Any:
        """See OltRig."""
        fields = {"host": "127.0.0.1", "port": str(self._listening.getsockname()[1]), "maker": "huawei"}
        fields |= {"community": "public", "write_community": "private", "timeout": "0.4"}
        return drivers()["snmp_olt"].connect(fields, self.log.append)

    def put(self, pon: str, serial: str, *, online: bool = True, cause: DownCause = "", rx_dbm: float = -19.4) -> None:
        """See OltRig."""
        state = UP if online else DOWN
        self._onus[serial] = {
            "pon": pon,
            "state": state,
            "cause": CAUSES[cause],
            "rx": rx_dbm,
            "active": 1,
            "resets": 0,
        }

    def wait(self, pon: str, serial: str) -> None:
        """See OltRig. SNMP shows nobody who waits."""

    def fill(self, pon: str) -> None:
        """See OltRig. Nothing is added over SNMP."""

    def order(self, pon: str, serial: str) -> OnuOrder:
        """See OltRig."""
        return OnuOrder(pon, serial, "Ana Souza", 100)

    def where(self, serial: str) -> str:
        """See OltRig."""
        return str(self._onus[serial]["pon"]) if serial in self._onus else ""

    def reboots(self, serial: str) -> int:
        """See OltRig."""
        return int(self._onus[serial]["resets"])

    def break_pon(self, pon: str) -> None:
        """See OltRig. The OLT still counts the PON's ONUs, and shows none of them."""
        self._broken.add(pon)

    def unsure(self, serial: str) -> None:
        """See OltRig."""
        self._onus[serial]["state"] = UNKNOWN

    def silence(self) -> None:
        """See OltRig."""
        self.silent = True

    def lose_at_change(self, applied: bool) -> None:
        """See OltRig. Nothing is added over SNMP."""

    def change(self, oid: Oid, value: int) -> None:
        """A SET arrived: the switch of an ONU, or its reset."""
        index, place = oid[-2], oid[-1]
        onu = [onu for onu in self._onus.values() if mib.port_index(onu["pon"]) == index][place]
        if oid[:-2] == _numbers(mib.RESET):
            onu["resets"] += 1
        else:
            onu.update(active=value, state=UP if value == 1 else DOWN, cause=-1 if value == 1 else 7)

    def _serve(self) -> None:
        while not self._ending.is_set():
            if select.select([self._listening], [], [], 0.05)[0]:
                request, asker = self._listening.recvfrom(65535)
                agent = _LiveAgent(self)
                answered = agent.answer(request)
                if not self.silent:
                    self._listening.sendto(answered, asker)

    def rows(self) -> Iterator[tuple[Oid, bytes]]:
        """The OLT's tables as they are now."""
        for pon in self.pons:
            here = [(serial, onu) for serial, onu in self._onus.items() if onu["pon"] == pon]
            index = mib.port_index(pon)
            yield (*_numbers(mib.PORT_ONTS), index), number(len(here))
            for place, (serial, onu) in enumerate(here if pon not in self._broken else ()):
                light = onu["state"] == UP
                values = {
                    mib.SERIAL: field(4, serial[:4].encode() + bytes.fromhex(serial[4:])),
                    mib.ACTIVE: number(onu["active"]),
                    mib.RUN_STATE: number(onu["state"]),
                    mib.LAST_DOWN: field(4, bytes.fromhex("07ea011415180000")),
                    mib.DOWN_CAUSE: number(onu["cause"]),
                    mib.ONT_RX: number(round(onu["rx"] * 100) if light else 2147483647),
                    mib.OLT_RX: number(10000 - 2155 if light else 2147483647),
                }
                for column, value in values.items():
                    yield (*_numbers(column), index, place), value


class _LiveAgent(Agent):
    def __init__(self, rig: SnmpRig) -> None:
        super().__init__(rig.rows())
        self._rig = rig

    def change(self, oid: Oid, value: int) -> None:
        self._rig.change(oid, value)


@contextmanager
def snmp() -> Iterator[SnmpRig]:
    """A Huawei over SNMP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        rig = SnmpRig(listening)
        try:
            yield rig
        finally:
            rig.end()


def _numbers(column: str) -> Oid:
    return tuple(map(int, column.split(".")))
