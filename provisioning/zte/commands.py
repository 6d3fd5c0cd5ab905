"""The commands of ZTE's C3xx and C6xx: reads in privileged mode, changes in configuration mode."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from core.errors import Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.olt_cli.shell import Dialect, Shell
from provisioning.olt_cli.words import decimal, seconds
from provisioning.ports import LineReading
from provisioning.zte import answers
from provisioning.zte.names import Names
from provisioning.zte.writes import add_onu, add_service, in_mode

_MAC = re.compile(r"\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b", re.IGNORECASE)
_SERVICE = re.compile(r"service-port\s+\d+.*?user-vlan\s+(\S+).*?\bvlan\s+(\d+)")
_PROFILE = re.compile(r"tcont\s+\d+.*?profile\s+(\S+)")


class ZteCommands:
    """Commands (olt_cli) of a C3xx or C6xx, which name their interfaces differently."""

    dialect = Dialect(
        pager=r"--\s*More\s*--",
        questions=((r"\[yes/no\]\s*:?\s*$", "yes"), (r"\(y/n\)\s*(\[[yn]\])?\s*:?\s*$", "y")),
    )

    def __init__(self, names: Names, zone: tzinfo, pon_limit: int) -> None:
        self._names = names
        self._zone = zone
        self._limit = pon_limit

    def prepare(self, shell: Shell, enable_password: str) -> None:
        """See Commands."""
        if not shell.prompt.endswith("#"):
            shell.enable("enable", enable_password)
        shell.run("terminal length 0")

    def read(self, shell: Shell, pon: str, serial: str) -> LineReading:
        """See Olt. Found by its serial, wherever it is configured."""
        where, number = self._need(shell, serial)
        onu = self._names.onu(where, number)
        detail = answers.check(shell.run(f"show gpon onu detail-info {onu}"))
        now = datetime.now(UTC)
        admin = answers.field(detail, "Admin state") or "enable"
        state, cause = answers.state_of(answers.field(detail, "Phase state"), admin)
        up, gone, words = answers.history(detail, self._zone, now)
        if (state, cause) == ("offline", "unknown"):
            state, cause = answers.refined(cause, words)
        online = state == "online"
        light = answers.light(shell.run(f"show pon power attenuation {onu}")) if online else {}
        distance = decimal(answers.field(detail, "ONU Distance"))
        return LineReading(
            onu_state=state,
            rx_dbm=light.get("rx_dbm"),
            since=up if online else gone if state != "unknown" else None,
            read_at=now,
            down_cause=cause,
            olt_rx_dbm=light.get("olt_rx_dbm"),
            tx_dbm=light.get("tx_dbm"),
            distance_m=int(distance) if distance is not None and online else None,
            uptime_seconds=seconds(answers.field(detail, "Online Duration")) if online else None,
            number=number,
            macs=tuple(_MAC.findall(shell.run(f"show mac {self._names.mac} {onu}"))) if online else (),
        )

    def sweep(self, shell: Shell) -> Sweep:
        """See Olt. Two commands for each PON: its configuration names the serials, its state table the phases."""
        onus: list[OnuSeen] = []
        unread: list[str] = []
        pons = self._names.pons(answers.check(shell.run("show running-config | include interface gpon")))
        if not pons:
            raise Unreachable("olt_answer", "show running-config")
        for pon in pons:
            serials = answers.configured(self._configuration(shell, pon))
            states = shell.run(f"show gpon onu state {self._names.olt(pon)}")
            found = answers.seen(pon, states, serials)
            if len(found) < len(serials) or (answers.error(states) and not answers.nothing(states)):
                unread.append(pon)
            else:
                onus += found
        return Sweep(tuple(onus), datetime.now(UTC), tuple(unread))

    def found(self, shell: Shell) -> tuple[FoundOnu, ...]:
        """See Olt."""
        answer = shell.run(self._names.unconfigured)
        return () if answers.nothing(answer) else answers.waiting(answers.check(answer))

    def load(self, shell: Shell, pon: str) -> PonLoad:
        """See Olt. Counted in the PON's configuration."""
        answer = self._configuration(shell, pon)
        if answers.error(answer):
            raise Refused("unknown_pon", answers.error(answer))
        return PonLoad(len(answers.configured(answer)), self._limit)

    def config(self, shell: Shell, pon: str, serial: str) -> OnuConfig | None:
        """See Olt. Found by its serial: `pon` of the answer is where it really is."""
        found = self._find(shell, serial)
        if found is None:
            return None
        where, number = found
        onu = self._names.onu(where, number)
        detail = answers.check(shell.run(f"show gpon onu detail-info {onu}"))
        written = shell.run(f"show running-config interface {onu}")
        served = _SERVICE.search(
            written + shell.run(f"show running-config interface {self._names.vport(where, number)}")
            if self._names.vports
            else written
        )
        profile = _PROFILE.search(written)
        return OnuConfig(
            pon=where,
            serial=onu_serial(serial),
            number=number,
            description=answers.field(detail, "Name"),
            line_profile=profile[1] if profile else "",
            vlan=int(served[2]) if served else None,
            active=answers.field(detail, "Admin state").lower() != "disable",
            extra={
                name: value
                for name, value in (("type", answers.field(detail, "Type")), ("user_vlan", served[1] if served else ""))
                if value
            },
        )

    def add(self, shell: Shell, order: OnuOrder) -> None:
        """See Olt. Judged by reading back; an ONU whose service the OLT refuses is taken away again."""
        if self._find(shell, order.serial) is not None:
            raise Refused("exists", order.serial)
        found = order.restore or any(
            (onu.pon, onu.serial) == (order.pon, onu_serial(order.serial)) for onu in self.found(shell)
        )
        if not found:
            raise Refused("not_found", order.serial)
        number = add_onu(shell, self._names, order, self._limit, lambda: self._configuration(shell, order.pon))
        if self._find(shell, order.serial) != (order.pon, number):
            raise Refused("olt_refused", "no confirmation")
        try:
            add_service(shell, self._names, order, number)
        except Refused:
            self._delete(shell, order.pon, number)
            raise

    def remove(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt. Judged by reading back."""
        found = self._find(shell, serial)
        if found is None or found[0] != pon:
            return
        answer = self._delete(shell, *found)
        if self._find(shell, serial) is not None:
            raise Refused("olt_refused", answers.error(answer) or "no confirmation")

    def reboot(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        where, number = self._need(shell, serial)
        with in_mode(shell, f"pon-onu-mng {self._names.onu(where, number)}"):
            answers.check(shell.change("reboot"))

    def set_active(self, shell: Shell, pon: str, serial: str, active: bool) -> None:
        """See Olt. Judged by reading back."""
        where, number = self._need(shell, serial)
        onu = self._names.onu(where, number)
        with in_mode(shell, f"interface {onu}"):
            answer = shell.change("no shutdown" if active else "shutdown")
        detail = answers.check(shell.run(f"show gpon onu detail-info {onu}"))
        if (answers.field(detail, "Admin state").lower() == "disable") == active:
            raise Refused("olt_refused", answers.error(answer))

    def _delete(self, shell: Shell, pon: str, number: int) -> str:
        with in_mode(shell, f"interface {self._names.olt(pon)}"):
            return shell.change(f"no onu {number}")

    def _configuration(self, shell: Shell, pon: str) -> str:
        return shell.run(f"show running-config interface {self._names.olt(pon)}")

    def _find(self, shell: Shell, serial: str) -> tuple[str, int] | None:
        plain = onu_serial(serial)
        if not plain:
            raise Refused("unknown_onu", serial)
        answer = shell.run(f"show gpon onu by sn {plain}")
        found = answers.place(answer)
        if found is None and not answers.nothing(answer):
            raise Unreachable("olt_answer", answers.error(answer) or "show gpon onu by sn")
        return found

    def _need(self, shell: Shell, serial: str) -> tuple[str, int]:
        found = self._find(shell, serial)
        if found is None:
            raise Refused("unknown_onu", serial)
        return found
