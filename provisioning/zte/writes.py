"""What a ZTE OLT is told to change: the ONU on a number that is free, and its service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import Refused
from core.onu_serial import onu_serial
from provisioning.olt import OnuOrder
from provisioning.olt_cli.shell import Shell
from provisioning.olt_cli.words import secret_word, typed, word
from provisioning.zte import answers
from provisioning.zte.names import Names

_FULL = re.compile(r"maximum|full|exceed|upper limit", re.IGNORECASE)


@contextmanager
def in_mode(shell: Shell, command: str) -> Iterator[None]:
    """The configuration mode that `command` enters, and privileged mode afterwards. Raises Refused("olt_refused")."""
    answers.check(shell.run("configure terminal"))
    try:
        answers.check(shell.run(command))
        yield
    except Refused:
        shell.run("end")
        raise
    shell.run("end")


def add_onu(shell: Shell, names: Names, order: OnuOrder, limit: int, read: Callable[[], str]) -> int:
    """Configures the ONU and returns its number; `read` gives the PON's configuration as it is now.

    The number is ours to choose, so somebody else may take it at the same moment: then the next one is tried. Raises
    Refused("pon_full"), Refused("olt_refused") or Refused("unknown_pon").
    """
    kind = word(order.extra.get("type") or "ALL", "type")
    refused: set[int] = set()
    while True:
        written = read()
        if answers.error(written):
            raise Refused("unknown_pon", answers.error(written))
        taken = answers.configured(written)
        number = next((n for n in range(1, limit + 1) if n not in taken and n not in refused), None)
        if number is None or len(taken) >= limit:
            raise Refused("pon_full", f"{len(taken)} de {limit}")
        with in_mode(shell, f"interface {names.olt(order.pon)}"):
            answer = shell.change(f"onu {number} type {kind} sn {onu_serial(order.serial)}")
        words = answers.error(answer)
        if not words:
            return number
        if number not in answers.configured(read()):
            raise Refused("pon_full" if _FULL.search(words) else "olt_refused", words)
        refused.add(number)


def add_service(shell: Shell, names: Names, order: OnuOrder, number: int) -> None:
    """Gives the ONU its name, bandwidth and VLAN. Raises Refused("olt_refused") or Refused("bad_value").

    `line_profile` is the T-CONT profile. `extra`: `user_vlan`, `pppoe` ("onu": the ONU dials; needs an ONU with
    OMCI support for it).
    """
    vlan = order.vlan
    user_vlan = word(order.extra.get("user_vlan") or str(vlan), "user_vlan")
    service = f"service-port 1 {'' if names.vports else 'vport 1 '}user-vlan {user_vlan} vlan {vlan}"
    onu = names.onu(order.pon, number)
    with in_mode(shell, f"interface {onu}"):
        _all(shell, f"name {typed(order.description).replace(' ', '_')}", f"tcont 1 profile {_profile(order)}")
        _all(shell, "gemport 1 tcont 1", *(() if names.vports else (service,)))
    if names.vports:
        with in_mode(shell, f"interface {names.vport(order.pon, number)}"):
            _all(shell, service)
    with in_mode(shell, f"pon-onu-mng {onu}"):
        _all(shell, f"service 1 gemport 1 vlan {vlan}")
        if order.extra.get("pppoe") == "onu":
            login, password = (
                word(order.pppoe_login, "pppoe_login"),
                secret_word(order.pppoe_password, "pppoe_password"),
            )
            answers.check(
                shell.change(f"pppoe 1 nat enable user {login} password {password}", password),
            )


def _profile(order: OnuOrder) -> str:
    return word(order.line_profile, "line_profile")


def _all(shell: Shell, *commands: str) -> None:
    for command in commands:
        answers.check(shell.change(command))
