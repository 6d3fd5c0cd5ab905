"""What the contract of OLTs needs to arrange and to see, whatever stands behind the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from provisioning.driver import Driver
from provisioning.drivers.datacom_ssh import DRIVER as DATACOM
from provisioning.drivers.huawei_ssh import DRIVER as HUAWEI
from provisioning.drivers.zte_ssh import DRIVER as ZTE
from provisioning.olt import Olt, OnuOrder
from provisioning.ports import DownCause
from tests.contract.drivers.net_rigs import fiberhome, smartolt
from tests.contract.drivers.snmp_rig import snmp
from tests.integration.ssh_olt import PASSWORD, USER, OltPlant, SshOlt


class OltRig(Protocol):
    """One OLT with two empty PONs, `pons`, and the driver that is connected to it.

    A driver that cannot do something leaves it out of `can`; what its OLT cannot even tell stands in `lacks`:
    "optics" (no optical power), "olt_rx" (not the OLT's side of it), "cause" (why an ONU is down), "since" (when),
    "unread" (a PON cannot fail alone), "drop" (no connection that could be lost after a change was sent), "login",
    "pons" (an empty PON and one that does not exist look the same).
    """

    lacks: frozenset[str]
    pons: tuple[str, str]
    log: list[str]

    def olt(self, *, password: str = "") -> Olt:
        """The driver, connected anew: with the right password unless another is given. Answers are due in a second."""
        ...

    def put(self, pon: str, serial: str, *, online: bool = True, cause: DownCause = "", rx_dbm: float = -19.4) -> None:
        """Configures an ONU by hand, in this state, with -21.55 dBm at the OLT."""
        ...

    def wait(self, pon: str, serial: str) -> None:
        """An ONU that nobody configured hangs on the PON."""
        ...

    def fill(self, pon: str) -> None:
        """Fills the PON to its limit."""
        ...

    def order(self, pon: str, serial: str) -> OnuOrder:
        """An order that this OLT can take: description "Ana Souza", VLAN 100, a PPPoE password "s3nha-pppoe"."""
        ...

    def where(self, serial: str) -> str:
        """The PON on which the OLT has this serial, "" for none: looked up by hand."""
        ...

    def reboots(self, serial: str) -> int:
        """How often it was restarted."""
        ...

    def break_pon(self, pon: str) -> None:
        """From now on questions about this PON fail."""
        ...

    def unsure(self, serial: str) -> None:
        """The OLT no longer knows this ONU's state: it shows what its vendor shows for no value."""
        ...

    def silence(self) -> None:
        """From now on nothing is answered."""
        ...

    def lose_at_change(self, applied: bool) -> None:
        """The connection goes in the middle of the next change, after or before it took effect."""
        ...


class SshRig:
    """The rig over our own SSH OLT of a vendor."""

    lacks: frozenset[str] = frozenset()

    def __init__(self, server: SshOlt, driver: Driver, change: str, extra: dict[str, str], **fields: str) -> None:
        self.server = server
        first, second = server.plant.pons
        self.pons = (first, second)
        self.log: list[str] = []
        self._driver = driver
        self._change = change
        self._extra = extra
        self._fields = fields

    def olt(self, *, password: str = "") -> Any:
        """See OltRig."""
        fields = {"host": "127.0.0.1", "port": str(self.server.port), "username": USER, "timeout": "1"}
        fields |= {"password": password or PASSWORD, "pon_limit": str(self.server.plant.limit), **self._fields}
        return self._driver.connect(fields, self.log.append)

    def put(self, pon: str, serial: str, *, online: bool = True, cause: DownCause = "", rx_dbm: float = -19.4) -> None:
        """See OltRig."""
        onu = self.server.plant.add(pon, serial)
        onu.state, onu.cause, onu.rx_dbm = "online" if online else "offline", cause, rx_dbm
        onu.line_profile = onu.service_profile = "10"
        self.server.plant.serve(onu, 100, 1)

    def wait(self, pon: str, serial: str) -> None:
        """See OltRig."""
        self.server.plant.wait(pon, serial)

    def fill(self, pon: str) -> None:
        """See OltRig."""
        for count in range(self.server.plant.limit - len(self.server.plant.pons[pon])):
            self.server.plant.add(pon, f"HWTC{0xF0000000 + count:08X}")

    def order(self, pon: str, serial: str) -> OnuOrder:
        """See OltRig."""
        return OnuOrder(pon, serial, "Ana Souza", 100, "10", "10", "ana.souza", "s3nha-pppoe", self._extra)

    def where(self, serial: str) -> str:
        """See OltRig."""
        found = self.server.plant.find(serial)
        return found[0] if found else ""

    def reboots(self, serial: str) -> int:
        """See OltRig."""
        found = self.server.plant.find(serial)
        assert found
        return found[1].reboots

    def break_pon(self, pon: str) -> None:
        """See OltRig."""
        self.server.plant.broken.add(pon)

    def unsure(self, serial: str) -> None:
        """See OltRig."""
        found = self.server.plant.find(serial)
        assert found
        found[1].state, found[1].cause = "-", "unknown"

    def silence(self) -> None:
        """See OltRig."""
        self.server.trouble.silent_at = " "

    def lose_at_change(self, applied: bool) -> None:
        """See OltRig."""
        setattr(self.server.trouble, "drop_after" if applied else "drop_before", self._change)


@contextmanager
def huawei() -> Iterator[OltRig]:
    """A Huawei SmartAX."""
    with SshOlt("huawei", OltPlant(("0/1/0", "0/1/1"), limit=4)) as server:
        yield SshRig(server, HUAWEI, "ont add", {"pppoe": "onu"})


@contextmanager
def zte() -> Iterator[OltRig]:
    """A ZTE C320."""
    with SshOlt("zte", OltPlant(("1/2/1", "1/2/2"), limit=4)) as server:
        rig = SshRig(server, ZTE, "type F660", {"type": "F660", "pppoe": "onu"})
        rig.lacks = frozenset({"since"})
        yield rig


@contextmanager
def zte_c6xx() -> Iterator[OltRig]:
    """A ZTE C650."""
    with SshOlt("zte", OltPlant(("1/2/1", "1/2/2"), limit=4)) as server:
        rig = SshRig(server, ZTE, "type F660", {"type": "F660"}, family="C6xx")
        rig.lacks = frozenset({"since"})
        yield rig


@contextmanager
def datacom() -> Iterator[OltRig]:
    """A Datacom DM4615."""
    with SshOlt("datacom", OltPlant(("1/1/1", "1/1/2"), limit=4)) as server:
        rig = SshRig(server, DATACOM, "commit", {})
        rig.lacks = frozenset({"since"})
        yield rig


RIGS: dict[str, Callable[[], AbstractContextManager[OltRig]]] = {
    "datacom_ssh": datacom,
    "fiberhome_tl1": fiberhome,
    "huawei_ssh": huawei,
    "smartolt": smartolt,
    "snmp_huawei": snmp,
    "zte_ssh": zte,
    "zte_ssh_c6xx": zte_c6xx,
}
