"""PONs, boards and serials as a SmartAX writes them."""

from __future__ import annotations

import re

from core.errors import Refused
from core.onu_serial import onu_serial
from provisioning.huawei import answers
from provisioning.olt_cli.shell import Shell

_PON = re.compile(r"(\d+)/(\d+)/(\d+)")


def split_pon(pon: str) -> tuple[str, str, str]:
    """Frame, slot and port of a PON. Raises Refused("unknown_pon") for what is none."""
    found = _PON.fullmatch(pon)
    if not found:
        raise Refused("unknown_pon", pon)
    return found[1], found[2], found[3]


def serial_hex(serial: str) -> str:
    """A serial as SmartAX wants it typed. Raises Refused("unknown_onu") for what is none."""
    plain = onu_serial(serial)
    if not plain:
        raise Refused("unknown_onu", serial)
    return plain[:4].encode("ascii").hex().upper() + plain[4:]


def enter_board(shell: Shell, pon: str) -> None:
    """Enters the mode of the board that a PON is on."""
    frame, slot, _ = split_pon(pon)
    if shell.prompt.endswith(f"-{frame}/{slot})#"):
        return
    if "(config-if" in shell.prompt:
        shell.run("quit")
    answers.check(shell.run(f"interface gpon {frame}/{slot}"))
