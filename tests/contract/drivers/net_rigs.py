"""The rigs of OLTs that are spoken to through a system in front of them: Fiberhome's TL1 gateway and SmartOLT."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.http import make_session
from provisioning.driver import drivers
from provisioning.drivers.smartolt import SmartOlt
from provisioning.olt import OnuOrder
from provisioning.ports import DownCause
from provisioning.smartolt.client import SmartOltClient
from provisioning.smartolt.ledger import Ledger
from tests.integration.smartolt_stub import TOKEN, SmartOltStub
from tests.integration.tl1_stub import Tl1Stub

LIMIT = 4


class FiberhomeRig:
    """See OltRig; over the TL1 gateway's stub."""

    lacks: frozenset[str] = frozenset({"unread"})
    pons = ("NA-NA-1-1", "NA-NA-1-2")

    def __init__(self, stub: Tl1Stub) -> None:
        self.stub = stub
        self.log: list[str] = []

    def olt(self, *, password: str = "") -> Any:
        """See OltRig."""
        fields = {"host": "127.0.0.1", "port": str(self.stub.port), "user": self.stub.user, "oltid": "10.0.0.2"}
        fields |= {"password": password or self.stub.password, "autofind": "sim", "switch": "onu", "timeout": "1"}
        return drivers()["fiberhome_tl1"].connect({**fields, "pon_limit": str(LIMIT)}, self.log.append)

    def put(self, pon: str, serial: str, *, online: bool = True, cause: DownCause = "", rx_dbm: float = -19.4) -> None:
        """See OltRig."""
        words = {"los": "LOS", "dying_gasp": "Power-Off"}
        state = "UP" if online else words.get(cause, "DOWN")
        onu = self.stub.seat(serial, pon, state=state, rx=str(rx_dbm).replace(".", ","), olt_rx="-21,55")
        onu.off_at = "--" if online else "2026-11-20 21:24:00"

    def wait(self, pon: str, serial: str) -> None:
        """See OltRig."""
        self.stub.unregistered.append((pon, serial))

    def fill(self, pon: str) -> None:
        """See OltRig."""
        for count in range(LIMIT):
            self.stub.seat(f"HWTC{0xF0000000 + count:08X}", pon)

    def order(self, pon: str, serial: str) -> OnuOrder:
        """See OltRig."""
        return OnuOrder(pon, serial, "Ana Souza", 100, "", "", "ana.souza", "s3nha-pppoe", {"onu_type": "AN5506-04"})

    def where(self, serial: str) -> str:
        """See OltRig."""
        return self.stub.onus[serial].pon if serial in self.stub.onus else ""

    def reboots(self, serial: str) -> int:
        """See OltRig."""
        return self.stub.onus[serial].resets

    def break_pon(self, pon: str) -> None:
        """See OltRig. The whole OLT is asked at once: no PON can fail alone."""

    def unsure(self, serial: str) -> None:
        """See OltRig."""
        self.stub.onus[serial].state = "--"

    def silence(self) -> None:
        """See OltRig."""
        self.stub.dead = True

    def lose_at_change(self, applied: bool) -> None:
        """See OltRig."""
        (self.stub.hang_up_after if applied else self.stub.hang_up_before).add("ADD-ONU")


class SmartOltRig:
    """See OltRig; over SmartOLT's stub, after a first sweep."""

    lacks: frozenset[str] = frozenset({"unread", "pons"})
    pons = ("1/1", "1/2")

    def __init__(self, stub: SmartOltStub, folder: Path) -> None:
        self.stub = stub
        self.log: list[str] = []
        self._ledger = Ledger(folder / "book.json", time.time)
        self.olt().sweep()

    def olt(self, *, password: str = "") -> Any:
        """See OltRig."""
        session = make_session()
        session.headers["X-Token"] = password or TOKEN
        client = SmartOltClient(self.stub.url, session, self._ledger, self.log.append, lambda seconds: None)
        return SmartOlt(client, self._ledger, {"olt_id": "1", "sweep_every": "0", "pon_limit": str(LIMIT)})

    def put(self, pon: str, serial: str, *, online: bool = True, cause: DownCause = "", rx_dbm: float = -19.4) -> None:
        """See OltRig."""
        board, port = pon.split("/")
        words = {"los": "LOS", "dying_gasp": "Power fail"}
        word = "Online" if online else words.get(cause, "Offline")
        self.stub.seat(serial, board=board, port=port, status=word, rx=str(rx_dbm), olt_rx="-21.55")

    def wait(self, pon: str, serial: str) -> None:
        """See OltRig."""
        board, port = pon.split("/")
        self.stub.unconfigured.append({"sn": serial, "board": board, "port": port, "onu_type_name": "EG8145V5"})

    def fill(self, pon: str) -> None:
        """See OltRig."""
        for count in range(LIMIT):
            self.put(pon, f"HWTC{0xF0000000 + count:08X}")

    def order(self, pon: str, serial: str) -> OnuOrder:
        """See OltRig."""
        return OnuOrder(pon, serial, "Ana Souza", 100, "300M", "150M", "ana.souza", "s3nha-pppoe", {"zone": "Centro"})

    def where(self, serial: str) -> str:
        """See OltRig."""
        found = [onu for onu in self.stub.onus.values() if onu["sn"] == serial]
        return f"{found[0]['board']}/{found[0]['port']}" if found else ""

    def reboots(self, serial: str) -> int:
        """See OltRig."""
        return self.stub.reboots.count(serial)

    def break_pon(self, pon: str) -> None:
        """See OltRig. The whole OLT is asked at once: no PON can fail alone."""

    def unsure(self, serial: str) -> None:
        """See OltRig."""
        self.stub.onus[serial]["status"] = ""

    def silence(self) -> None:
        """See OltRig."""
        self.stub.dead = True

    def lose_at_change(self, applied: bool) -> None:
        """See OltRig."""
        if applied:
            self.stub.hang_up_after.add("authorize_onu")
        else:
            self.stub.answers["authorize_onu"] = None


@contextmanager
def fiberhome() -> Iterator[FiberhomeRig]:
    """A Fiberhome behind its TL1 gateway."""
    stub = Tl1Stub()
    stub.start()
    try:
        yield FiberhomeRig(stub)
    finally:
        stub.stop()


@contextmanager
def smartolt() -> Iterator[SmartOltRig]:
    """An OLT that SmartOLT manages."""
    stub = SmartOltStub()
    stub.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield SmartOltRig(stub, Path(folder))
    finally:
        stub.stop()
