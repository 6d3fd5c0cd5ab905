"""SNMP traps (v2c): received, checked by their community, and read as alarms."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv

from provisioning.outages.alarms import UNKNOWN, Heard, State

TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
# IF-MIB's own; what a vendor's traps mean is in no public document that we could check, so they are kept as they are.
LINK_STATES: dict[str, State] = {"1.3.6.1.6.3.1.1.5.3": "firing", "1.3.6.1.6.3.1.1.5.4": "resolved"}
IF_INDEX = "1.3.6.1.2.1.2.2.1.1."
# A GPON port of a Huawei OLT counts from here: 8192 numbers to a slot, 256 to a port.
HUAWEI_GPON = 4194304000
SLOTS = 32

Pairs = Sequence[tuple[str, str]]


def read_trap(address: str, pairs: Pairs) -> Heard:
    """The trap as an alarm: of one sender and kind and place there is one, however often it comes."""
    values = dict(pairs)
    kind = values.get(TRAP_OID, "")
    index = next((value for name, value in pairs if name.startswith(IF_INDEX)), "")
    pon = pon_of(index)
    detail = {"address": address, "pairs": [list(pair) for pair in pairs]}
    if kind in LINK_STATES:
        state = LINK_STATES[kind]
        mark = _mark(address, "link", index)
        text = f"Porta {pon or index} {'caiu' if state == 'firing' else 'voltou'} em {address}"
        return Heard("trap", mark, state, text, kind="link_down", names=(address,), pon=pon, detail=detail)
    places = [name for name, _ in pairs if name not in (TRAP_OID, "1.3.6.1.2.1.1.3.0")]
    text = f"Trap {kind or 'sem tipo'} de {address}"
    mark = _mark(address, kind, *places)
    return Heard("trap", mark, "firing", text, kind=UNKNOWN, names=(address,), pon=pon, detail=detail)


def pon_of(index: str) -> str:
    """The PON (`0/slot/port`) of a Huawei GPON port's ifIndex; empty for any other number."""
    number = int(index) - HUAWEI_GPON if index.isdecimal() else -1
    slot, rest = divmod(number, 8192)
    if not 0 <= slot < SLOTS or rest % 256:
        return ""
    return f"0/{slot}/{rest // 256}"


class TrapReceiver:
    """Listens while `run` lasts, and hands every trap of the right community to `take`; the others are dropped."""

    def __init__(self, host: str, port: int, community: str, take: Callable[[Heard], None]) -> None:
        self._address = (host, port)
        self._community = community
        self._take = take
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`. Raises OSError where the port is taken."""
        own = engine.SnmpEngine()
        transport = udp.UdpTransport()
        config.add_transport(own, udp.DOMAIN_NAME, transport.open_server_mode(self._address))
        config.add_v1_system(own, "traps", self._community)
        ntfrcv.NotificationReceiver(own, self._received)
        try:
            await transport._lport  # nothing else says when it listens
            self.ready.set()
            await self._stop.wait()
        finally:
            own.close_dispatcher()

    def stop(self) -> None:
        """Ends `run`; from the loop's own thread."""
        self._stop.set()

    def _received(self, own: Any, reference: Any, _engine: Any, _name: Any, pairs: Any, _context: Any) -> None:
        _, address = own.message_dispatcher.get_transport_info(reference)
        self._take(read_trap(str(address[0]), [(str(name), _shown(value)) for name, value in pairs]))


def _shown(value: Any) -> str:
    """The value as text; what PostgreSQL cannot keep in it is left out."""
    return str(value.prettyPrint()).replace("\x00", "")


def _mark(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
