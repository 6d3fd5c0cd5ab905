"""SNMP agents for measuring: as many Huawei OLTs as wanted, answered from memory far faster than a client asks."""

from __future__ import annotations

import select
import socket
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from provisioning.snmp.huawei import DOWN_CAUSE, FIRST_PORT, LAST_DOWN, PORT, PORT_ONTS, RUN_STATE, SERIAL, SLOT

ONTS_ON_A_PON = 64
PORTS_IN_A_SLOT = 16
ONE_IN_DOWN = 33
SET, GETBULK = 0xA3, 0xA5

Oid = tuple[int, ...]


class Agent:
    """One OLT's rows (OIDs and encoded values), each already encoded as a variable binding."""

    def __init__(self, rows: Iterable[tuple[Oid, bytes]]) -> None:
        ordered = sorted(rows)
        self._keys = [oid for oid, _ in ordered]
        self._bindings = [_sequence(_oid(oid) + value) for oid, value in ordered]

    def answer(self, request: bytes) -> bytes:
        """The response to a GET or GETBULK of SNMP v2c; a SET is answered as if it were a GET of what was sent."""
        _, message, _ = _part(request, 0)
        _, version, after = _part(message, 0)
        _, community, after = _part(message, after)
        kind, pdu, _ = _part(message, after)
        _, request_id, after = _part(pdu, 0)
        _, _, after = _part(pdu, after)
        _, repetitions, after = _part(pdu, after)
        _, names, _ = _part(pdu, after)
        asked = [oid for oid, _ in bindings_of(names)]
        if kind == SET:
            self.change(*next(iter(bindings_of(names))))
        bulk = kind == GETBULK
        bindings = self._bulk(asked, int.from_bytes(repetitions, "big")) if bulk else self._get(asked)
        body = field(2, request_id) + field(2, b"\0") + field(2, b"\0") + _sequence(bindings)
        return _sequence(field(2, version) + field(4, community) + field(0xA2, body))

    def change(self, oid: Oid, value: int) -> None:
        """What a SET does: nothing here."""

    def _get(self, asked: list[Oid]) -> bytes:
        found = []
        for oid in asked:
            at = bisect_left(self._keys, oid)
            here = at < len(self._keys) and self._keys[at] == oid
            found.append(self._bindings[at] if here else _sequence(_oid(oid) + b"\x81\0"))
        return b"".join(found)

    def _bulk(self, asked: list[Oid], repetitions: int) -> bytes:
        starts = [bisect_right(self._keys, oid) for oid in asked]
        end = _sequence(_oid(asked[0]) + b"\x82\0")
        return b"".join(
            self._bindings[start + step] if start + step < len(self._keys) else end
            for step in range(repetitions)
            for start in starts
        )


def plant_rows(onus: int) -> Iterator[tuple[Oid, bytes]]:
    """The tables of an OLT with so many ONTs, one in 33 of them down with a cut fibre."""
    port_onts, serial, state, down, cause = (
        tuple(map(int, column.split("."))) for column in (PORT_ONTS, SERIAL, RUN_STATE, LAST_DOWN, DOWN_CAUSE)
    )
    for pon in range(-(-onus // ONTS_ON_A_PON)):
        slot, port = divmod(pon, PORTS_IN_A_SLOT)
        index = FIRST_PORT + slot * SLOT + port * PORT
        here = min(ONTS_ON_A_PON, onus - pon * ONTS_ON_A_PON)
        yield (*port_onts, index), number(here)
        for ont in range(here):
            which = pon * ONTS_ON_A_PON + ont
            is_down = which % ONE_IN_DOWN == 0
            yield (*serial, index, ont), field(4, b"HWTC" + which.to_bytes(4, "big"))
            yield (*state, index, ont), number(2 if is_down else 1)
            yield (*down, index, ont), field(4, bytes.fromhex("07ea011415180000"))
            yield (*cause, index, ont), number(2 if is_down else 9)


def bindings_of(names: bytes) -> Iterator[tuple[Oid, int]]:
    """The OIDs of a request, with the number that a SET sends."""
    at = 0
    while at < len(names):
        _, binding, at = _part(names, at)
        _, encoded, after = _part(binding, 0)
        _, value, _ = _part(binding, after)
        yield _oid_of(encoded), int.from_bytes(value, "big")


def _oid_of(encoded: bytes) -> Oid:
    numbers, value = [*divmod(encoded[0], 40)], 0
    for octet in encoded[1:]:
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            numbers.append(value)
            value = 0
    return tuple(numbers)


def _oid(numbers: Oid) -> bytes:
    encoded = bytearray([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        encoded += bytes(reversed(septets))
    return field(6, bytes(encoded))


def number(value: int) -> bytes:
    """An encoded INTEGER."""
    if value < 0:
        return field(2, value.to_bytes(8, "big", signed=True))
    return field(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(body: bytes) -> bytes:
    return field(0x30, body)


def field(tag: int, body: bytes) -> bytes:
    """A field of this tag."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _part(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag, body and end of the field that begins there."""
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        length = size & 0x7F
        size, at = int.from_bytes(data[at : at + length], "big"), at + length
    return tag, data[at : at + size], at + size


def main(sizes: list[int]) -> None:
    """Serves one OLT for each size until its standard input ends; prints their ports first."""
    served: dict[int, tuple[socket.socket, Agent]] = {}
    for size in sizes:
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind(("127.0.0.1", 0))
        served[listening.fileno()] = (listening, Agent(plant_rows(size)))
    print(*(listening.getsockname()[1] for listening, _ in served.values()), flush=True)
    while True:
        ready, _, _ = select.select([sys.stdin.fileno(), *served], [], [])
        if sys.stdin.fileno() in ready:
            return
        for which in ready:
            listening, agent = served[which]
            request, asker = listening.recvfrom(65535)
            listening.sendto(agent.answer(request), asker)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
