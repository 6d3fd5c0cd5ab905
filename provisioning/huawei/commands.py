"""The commands of a Huawei SmartAX (MA5600, MA5800): reads in config mode, changes on the board that they concern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from core.errors import Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.huawei import answers
from provisioning.huawei.places import enter_board, serial_hex, split_pon
from provisioning.huawei.tables import rows
from provisioning.huawei.writes import add_service, add_terminal, remove_all
from provisioning.olt import FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.olt_cli.shell import Dialect, Shell
from provisioning.olt_cli.words import moment, seconds
from provisioning.ports import LineReading

_PORT = re.compile(r"^\s*(\d+)\s+\S*PON\b", re.MULTILINE)
_BOARD = re.compile(r"^\s*(\d+)\s+(\w+)\s+\w", re.MULTILINE)
_PON_BOARD = re.compile(r"GP|XG|PON", re.IGNORECASE)


class HuaweiCommands:
    """Commands (olt_cli) of a SmartAX."""

    dialect = Dialect(
        pager=r"---- More.*?----",
        questions=(
            (r"\{\s*<cr>.*\}\s*:\s*$", ""),
            (r"\(y/n\)\s*\[[yn]\]\s*:?\s*$", "y"),
            (r"YES.NO\S*\s*:?\s*$", "yes"),
        ),
    )

    def __init__(self, zone: tzinfo, pon_limit: int) -> None:
        self._zone = zone
        self._limit = pon_limit

    def prepare(self, shell: Shell, enable_password: str) -> None:
        """See Commands."""
        shell.enable("enable", enable_password)
        for command in ("undo smart", "scroll", "infoswitch cli OFF", "config"):
            shell.run(command)

    def read(self, shell: Shell, pon: str, serial: str) -> LineReading:
        """See Olt. Found by its serial, wherever it is configured."""
        row = self._need(shell, serial)
        now = datetime.now(UTC)
        state, cause = answers.state_of(row["run_state"], answers.detail_cause(row, self._zone, now))
        where, number = answers.place(row["fsp"]), row["ont_id"]
        light: dict[str, float | None] = {}
        if state == "online":
            enter_board(shell, where)
            light = answers.light(shell.run(f"display ont optical-info {where.rpartition('/')[2]} {number}"))
        return LineReading(
            onu_state=state,
            rx_dbm=light.get("rx_dbm"),
            since=moment(_since(row, state), self._zone, now),
            read_at=now,
            down_cause=cause,
            olt_rx_dbm=light.get("olt_rx_dbm"),
            tx_dbm=light.get("tx_dbm"),
            distance_m=answers.metres(row["distance_m"]),
            uptime_seconds=seconds(row["ont_online_duration"]) if state == "online" else None,
            number=int(number),
            macs=self._macs(shell, where, number) if state == "online" else (),
        )

    def sweep(self, shell: Shell) -> Sweep:
        """See Olt. One command for each PON; the optical power that it shows is the OLT's own record."""
        onus: list[OnuSeen] = []
        unread: list[str] = []
        for pon in self._pons(shell):
            command = f"display ont info summary {pon}"
            answer = shell.run(command)
            if answers.nothing(answer):
                continue
            try:
                found = rows(command, answers.check(answer))
            except (Refused, Unreachable):
                found = []
            if len(found) < (answers.total(answer) or 1):
                unread.append(pon)
                continue
            onus += [answers.seen(row, self._zone, datetime.now(UTC)) for row in found]
        return Sweep(tuple(onus), datetime.now(UTC), tuple(unread))

    def found(self, shell: Shell) -> tuple[FoundOnu, ...]:
        """See Olt."""
        answer = shell.run("display ont autofind all")
        if answers.nothing(answer):
            return ()
        now = datetime.now(UTC)
        listed = rows("display ont autofind", _whole_records(answers.check(answer)))
        return tuple(answers.found(row, self._zone, now) for row in listed)

    def load(self, shell: Shell, pon: str) -> PonLoad:
        """See Olt. The OLT's own total counts, not the rows."""
        frame, slot, port = split_pon(pon)
        answer = shell.run(f"display ont info {frame} {slot} {port} all")
        counted = answers.total(answer)
        if counted is not None:
            return PonLoad(counted, self._limit)
        if "no ont" in answers.failure(answer).lower() or "required ont" in answers.failure(answer).lower():
            return PonLoad(0, self._limit)
        if answers.failure(answer):
            raise Refused("unknown_pon", answers.failure(answer))
        raise Unreachable("olt_answer", pon)

    def config(self, shell: Shell, pon: str, serial: str) -> OnuConfig | None:
        """See Olt. Found by its serial: `pon` of the answer is where it really is."""
        row = self._find(shell, serial)
        if row is None:
            return None
        where = answers.place(row["fsp"])
        services = self._services(shell, where, row["ont_id"])
        extra = {"gemport": services[0]["gem_index"], "user_vlan": services[0]["vlan_access"]} if services else {}
        return OnuConfig(
            pon=where,
            serial=onu_serial(serial),
            number=int(row["ont_id"]),
            description="" if row["description"] == "ONT_NO_DESCRIPTION" else row["description"],
            line_profile=row["line_profile_id"],
            service_profile=row["service_profile_id"],
            vlan=int(services[0]["vlan_id"]) if services else None,
            active=not row["control_flag"].startswith("deact"),
            extra=extra,
        )

    def add(self, shell: Shell, order: OnuOrder) -> None:
        """See Olt. An ONU whose service the OLT refuses is taken away again."""
        self._may_add(shell, order)
        enter_board(shell, order.pon)
        number = add_terminal(shell, order, serial_hex(order.serial))
        try:
            add_service(shell, order, number)
            if not self._services(shell, order.pon, number):
                raise Refused("olt_refused", "service-port")
        except Refused:
            self._delete(shell, order.pon, number)
            raise

    def remove(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        row = self._find(shell, serial)
        if row is None or answers.place(row["fsp"]) != pon:
            return
        self._delete(shell, pon, row["ont_id"])

    def reboot(self, shell: Shell, pon: str, serial: str) -> None:
        """See Olt."""
        where, port_and_number = self._locate(shell, serial)
        enter_board(shell, where)
        answers.check(shell.change(f"ont reset {port_and_number}"))

    def set_active(self, shell: Shell, pon: str, serial: str, active: bool) -> None:
        """See Olt. Read back, since the OLT confirms with an empty line."""
        where, port_and_number = self._locate(shell, serial)
        enter_board(shell, where)
        answer = shell.change(f"ont {'activate' if active else 'deactivate'} {port_and_number}")
        if self._need(shell, serial)["control_flag"].startswith("deact") == active:
            raise Refused("olt_refused", answers.failure(answer))

    def _may_add(self, shell: Shell, order: OnuOrder) -> None:
        """Raises Refused for what forbids the order before anything is sent."""
        split_pon(order.pon)
        if self._find(shell, order.serial) is not None:
            raise Refused("exists", order.serial)
        found = order.restore or any(
            (onu.pon, onu.serial) == (order.pon, onu_serial(order.serial)) for onu in self.found(shell)
        )
        if not found:
            raise Refused("not_found", order.serial)
        load = self.load(shell, order.pon)
        if load.limit is not None and load.used >= load.limit:
            raise Refused("pon_full", f"{load.used} de {load.limit}")

    def _delete(self, shell: Shell, pon: str, number: str) -> None:
        services = self._services(shell, pon, number)
        enter_board(shell, pon)
        remove_all(shell, pon, number, [service["index"] for service in services])

    def _find(self, shell: Shell, serial: str) -> dict[str, str] | None:
        command = f"display ont info by-sn {serial_hex(serial)}"
        answer = shell.run(command)
        if answers.nothing(answer):
            return None
        found = rows(command, answers.check(answer))
        if not found:
            raise Unreachable("olt_answer", command)
        return found[0]

    def _need(self, shell: Shell, serial: str) -> dict[str, str]:
        row = self._find(shell, serial)
        if row is None:
            raise Refused("unknown_onu", serial)
        return row

    def _locate(self, shell: Shell, serial: str) -> tuple[str, str]:
        """Its PON, and `port number` as commands on its board want it."""
        row = self._need(shell, serial)
        where = answers.place(row["fsp"])
        return where, f"{where.rpartition('/')[2]} {row['ont_id']}"

    def _pons(self, shell: Shell) -> list[str]:
        """Every PON of the chassis. Raises Unreachable("olt_answer") where none is told: none is no OLT."""
        boards = answers.check(shell.run("display board 0"))
        slots = [slot for slot, board in _BOARD.findall(boards) if _PON_BOARD.search(board)]
        pons = [f"0/{slot}/{port}" for slot in slots for port in _PORT.findall(shell.run(f"display board 0/{slot}"))]
        if not pons:
            raise Unreachable("olt_answer", "display board 0")
        return pons

    def _services(self, shell: Shell, pon: str, number: str) -> list[dict[str, str]]:
        answer = shell.run(f"display service-port port {pon} ont {number}")
        return [] if answers.nothing(answer) else rows("display service-port all", answers.check(answer))

    def _macs(self, shell: Shell, pon: str, number: str) -> tuple[str, ...]:
        command = f"display mac-address ont {pon} {number}"
        answer = shell.run(command)
        return () if answers.failure(answer) else tuple(row["mac"] for row in rows(command, answer))


def _since(row: Mapping[str, str], state: str) -> str:
    return row["last_up_time"] if state == "online" else row["last_down_time"] if state != "unknown" else ""


def _whole_records(answer: str) -> str:
    """The autofind list as newer devices write it: the template takes a record for whole at its last line."""
    if "Multi channel" in answer:
        return answer
    return re.sub(r"^(\s*Ont autofind time.*)$", r"\1\n   Multi channel       : -", answer, flags=re.MULTILINE)
