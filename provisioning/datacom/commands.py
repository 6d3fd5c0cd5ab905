"""The commands of Datacom's DmOS: changes are an exclusive candidate, which counts when its commit is confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

from core.errors import Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.datacom import answers
from provisioning.olt import FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.olt_cli.shell import Dialect, Shell
from provisioning.olt_cli.words import dbm, decimal, moment, seconds, typed, word
from provisioning.ports import LineReading

_COMMITTED = "commit complete"


class DatacomCommands:
    """Commands (olt_cli) of a DmOS OLT. ONUs are numbered from 0."""

    dialect = Dialect(
        pager=r"--\s*More\s*--",
        questions=((r"\[yes,\s*no\]\s*:?\s*$", "yes"), (r"\(yes/no\)\s*(\[\w*\])?\s*:?\s*$", "yes")),
    )

    def __init__(self, zone: tzinfo, pon_limit: int) -> None:
        self._zone = zone
        self._limit = pon_limit

    def prepare(self, shell: Shell, enable_password: str) -> None:
        """See Commands. DmOS knows neither an enable mode nor a password for it."""
        shell.run("paginate false")

    def read(self, shell: Shell, pon: str, serial: str) -> LineReading:
        """See Olt. Found by its serial, wherever it is configured."""
        row = self._need(shell, serial)
        detail = answers.check(shell.run(f"show interface gpon {row.pon} onu {row.number}"))
        now = datetime.now(UTC)
        state, cause = answers.state_of(
            answers.field(detail, "Operational state"), answers.field(detail, "Last down reason")
        )
        online, gone = state == "online", answers.field(detail, "Last down time")
        rssi = shell.run(f"show interface gpon {row.pon} onu {row.number} rssi") if online else ""
        distance = decimal(answers.field(detail, "Distance")) if online else None
        return LineReading(
            onu_state=state,
            rx_dbm=dbm(answers.field(detail, "Rx Optical Power [dBm]")) if online else None,
            since=None if state in ("online", "unknown") else moment(gone, self._zone, now),
            read_at=now,
            down_cause=cause,
            olt_rx_dbm=dbm(answers.field(rssi, "RSSI [dBm]")),
            tx_dbm=dbm(answers.field(detail, "Tx Optical Power [dBm]")) if online else None,
            distance_m=round(distance * 1000) if distance else None,
            uptime_seconds=seconds(answers.field(detail, "Uptime")) if online else None,
            number=row.number,
        )

    def sweep(self, shell: Shell) -> Sweep:
        """See Olt. One command for each PON."""
        onus: list[OnuSeen] = []
        unread: list[str] = []
        pons = answers.pons(answers.check(shell.run("show interface gpon brief")))
        if not pons:
            raise Unreachable("olt_answer", "show interface gpon brief")
        for pon in pons:
            answer = shell.run(f"show interface gpon {pon} onu")
            rows = answers.onus(answer)
            if answers.error(answer) or not (rows or answers.empty(answer)):
                unread.append(pon)
                continue
            for row in rows:
                state, cause = answers.state_of(row.oper, row.rest)
                onus.append(OnuSeen(row.pon, row.number, row.serial, state, cause))
        return Sweep(tuple(onus), datetime.now(UTC), tuple(unread))

    def found(self, shell: Shell) -> tuple[FoundOnu, ...]:
        """See Olt."""
        return answers.discovered(answers.check(shell.run(f"{_do(shell)}show interface gpon discovered-onus")))

    def load(self, shell: Shell, pon: str) -> PonLoad:
        """See Olt."""
        return PonLoad(len(self._on(shell, pon)), self._limit)

    def config(self, shell: Shell, pon: str, serial: str) -> OnuConfig | None:
        """See Olt. Found by its serial: `pon` of the answer is where it really is."""
        row = self._find(shell, serial)
        if row is None:
            return None
        detail = answers.check(shell.run(f"show interface gpon {row.pon} onu {row.number}"))
        services = self._services(shell, row)
        extra = {"gemport": services[0].gem, "user_vlan": services[0].user_vlan} if services else {}
        return OnuConfig(
            pon=row.pon,
            serial=onu_serial(serial),
            number=row.number,
            description=answers.field(detail, "Name"),
            line_profile=answers.field(detail, "Line Profile"),
            service_profile=answers.field(detail, "Service Profile"),
            vlan=services[0].vlan if services else None,
            extra=extra,
        )

    def add(self, shell: Shell, order: OnuOrder) -> None:
        """See Olt. The number is chosen while nobody else can change anything, and all of it commits at once."""
        commands = _onu_commands(order)
        with _candidate(shell):
            if self._find(shell, order.serial) is not None:
                raise Refused("exists", order.serial)
            found = order.restore or any(
                (onu.pon, onu.serial) == (order.pon, onu_serial(order.serial)) for onu in self.found(shell)
            )
            if not found:
                raise Refused("not_found", order.serial)
            taken = {row.number for row in self._on(shell, order.pon)}
            number = next((n for n in range(self._limit) if n not in taken), None)
            if number is None or len(taken) >= self._limit:
                raise Refused("pon_full", f"{len(taken)} de {self._limit}")
            for command in (f"interface gpon {order.pon}", f"onu {number}", *commands, "top", "service-port new"):
                answers.check(shell.run(command))
            vlans = f"match vlan vlan-id {_user_vlan(order)} action vlan replace vlan-id {order.vlan}"
            gem = int(order.extra.get("gemport") or 1)
            answers.check(shell.run(f"gpon {order.pon} onu {number} gem {gem} {vlans}"))
            _commit(shell)

    def remove(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        row = self._find(shell, serial)
        if row is None or row.pon != pon:
            return
        with _candidate(shell):
            for service in self._services(shell, row):
                answers.check(shell.run(f"no service-port {service.index}"))
            answers.check(shell.run(f"interface gpon {pon}"))
            answers.check(shell.run(f"no onu {row.number}"))
            _commit(shell)

    def reboot(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        row = self._need(shell, serial)
        with _candidate(shell):
            answers.check(shell.run(f"interface gpon {row.pon}"))
            answers.check(shell.change(f"onu-reset onu {row.number}"))

    def set_active(self, shell: Shell, pon: str, serial: str, active: bool) -> None:
        """Raises Refused("not_supported"): no command for it is known."""
        raise Refused("not_supported")

    def _on(self, shell: Shell, pon: str) -> list[answers.Row]:
        """Who is configured on a PON."""
        if not re.fullmatch(r"\d+/\d+/\d+", pon):
            raise Refused("unknown_pon", pon)
        answer = shell.run(f"{_do(shell)}show interface gpon {pon} onu")
        if answers.error(answer):
            raise Refused("unknown_pon", answers.error(answer))
        rows = answers.onus(answer)
        if not rows and not answers.empty(answer):
            raise Unreachable("olt_answer", pon)
        return rows

    def _services(self, shell: Shell, row: answers.Row) -> list[answers.Service]:
        listed = shell.run(f'{_do(shell)}show running-config service-port | include "gpon {row.pon} onu {row.number} "')
        return answers.services(listed, row.pon, row.number)

    def _find(self, shell: Shell, serial: str) -> answers.Row | None:
        plain = onu_serial(serial)
        if not plain:
            raise Refused("unknown_onu", serial)
        answer = answers.check(shell.run(f"{_do(shell)}show interface gpon onu | include {plain}"))
        return next((row for row in answers.onus(answer) if row.serial == plain), None)

    def _need(self, shell: Shell, serial: str) -> answers.Row:
        row = self._find(shell, serial)
        if row is None:
            raise Refused("unknown_onu", serial)
        return row


@contextmanager
def _candidate(shell: Shell) -> Iterator[None]:
    """A candidate that nobody else may change meanwhile; what was not committed is thrown away at the end.

    Raises Unreachable("busy") while somebody else holds it.
    """
    answers.check(shell.run("config exclusive"))
    try:
        yield
    except Refused:
        shell.run("abort")
        raise
    shell.run("abort")


def _commit(shell: Shell) -> None:
    answer = shell.change("commit")
    if _COMMITTED not in answer.lower():
        raise Refused("olt_refused", answers.error(answer) or "no confirmation")


def _onu_commands(order: OnuOrder) -> tuple[str, ...]:
    """What is said of the ONU itself. Raises Refused("bad_value"), and Refused("not_supported") for PPPoE on it."""
    if order.extra.get("pppoe") == "onu":
        raise Refused("not_supported", "pppoe")
    named = f"name {typed(order.description).replace(' ', '_')}"
    profile = f"line-profile {word(order.line_profile, 'line_profile')}"
    service = (f"service-profile {word(order.service_profile, 'service_profile')}",) if order.service_profile else ()
    port = ("ethernet 1", f"native vlan vlan-id {order.vlan}", "exit") if order.extra.get("native_vlan_ports") else ()
    return (f"serial-number {onu_serial(order.serial)}", named, *service, profile, *port)


def _user_vlan(order: OnuOrder) -> str:
    return word(order.extra.get("user_vlan") or str(order.vlan), "user_vlan")


def _do(shell: Shell) -> str:
    """What makes a reading command work in configuration mode."""
    return "do " if "(" in shell.prompt else ""
