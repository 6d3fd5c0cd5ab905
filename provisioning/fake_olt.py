"""An OLT in memory that keeps what it is told, fills up, loses answers and refuses: for tests of whole actions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from core.errors import Failure, Refused, Unreachable
from provisioning.olt import Capability, FoundOnu, OnuConfig, OnuOrder, OnuSeen, PonLoad, Sweep
from provisioning.ports import LineReading, OnuState

FAINT_DBM = -21.0


class FakeOlt:
    """Olt over dictionaries; answers one command at a time, whoever asks. `limits` are its PONs and their places.

    `states` says how an ONU is ("online" where it does not); `passwords` keeps what `add` was given, by serial;
    `asked` lists every command, `changes` every change that was made.
    """

    def __init__(self, limits: Mapping[str, int], *, can: Iterable[Capability] = get_args(Capability)) -> None:
        self.can: frozenset[Capability] = frozenset(can)
        self.limits = dict(limits)
        self.configured: dict[str, OnuConfig] = {}
        self.waiting: dict[str, FoundOnu] = {}
        self.states: dict[str, OnuState] = {}
        self.uptime: dict[str, int] = {}
        self.passwords: dict[str, str] = {}
        self.asked: list[str] = []
        self.changes: list[tuple[str, str]] = []
        self.before: Callable[[str], None] = lambda method: None
        self._fail: dict[str, list[Failure]] = {}
        self._lost: set[str] = set()
        self._line = threading.Lock()

    def fill(self, pon: str, number: int, prefix: str = "FILL") -> None:
        """Configures this many ONUs more on a PON."""
        for _ in range(number):
            serial = f"{prefix}{len(self.configured):08X}"
            self.configured[serial] = OnuConfig(pon, serial, self._next(pon), active=True)

    def hang(self, pon: str, serial: str) -> None:
        """An ONU is plugged in that nobody configured."""
        self.waiting[serial] = FoundOnu(pon, serial, found_at=datetime.now(UTC))

    def fail_next(self, method: str, *failures: Failure) -> None:
        """The next calls of this method raise these, one each, and do nothing."""
        self._fail.setdefault(method, []).extend(failures)

    def lose_answer_of(self, method: str) -> None:
        """The next call of this method does it, and its answer gets lost."""
        self._lost.add(method)

    def read(self, pon: str, serial: str) -> LineReading:
        """See Olt."""
        with self._command("read"):
            if self._on(pon, serial) is None:
                raise Refused("unknown_onu", serial)
            state = self.states.get(serial, "online")
            power = FAINT_DBM if state == "online" else None
            return LineReading(state, power, None, datetime.now(UTC), uptime_seconds=self.uptime.get(serial))

    def sweep(self) -> Sweep:
        """See Olt."""
        with self._command("sweep"):
            seen = (
                OnuSeen(item.pon, item.number, serial, self.states.get(serial, "online"))
                for serial, item in self.configured.items()
            )
            return Sweep(tuple(seen), datetime.now(UTC))

    def found(self) -> tuple[FoundOnu, ...]:
        """See Olt."""
        with self._command("found"):
            return tuple(self.waiting.values())

    def load(self, pon: str) -> PonLoad:
        """See Olt."""
        with self._command("load"):
            return PonLoad(self._used(pon), self._limit(pon))

    def config(self, pon: str, serial: str) -> OnuConfig | None:
        """See Olt."""
        with self._command("config"):
            return self._on(pon, serial)

    def add(self, order: OnuOrder) -> None:
        """See Olt."""
        with self._command("add", order.serial):
            if order.serial in self.configured:
                raise Refused("exists", order.serial)
            waits = self.waiting.get(order.serial)
            if not order.restore and (waits is None or waits.pon != order.pon):
                raise Refused("not_found", order.serial)
            if self._used(order.pon) >= self._limit(order.pon):
                raise Refused("pon_full", order.pon)
            self.waiting.pop(order.serial, None)
            self.configured[order.serial] = OnuConfig(
                order.pon,
                order.serial,
                self._next(order.pon),
                order.description,
                order.line_profile,
                order.service_profile,
                order.vlan,
                extra=dict(order.extra),
            )
            self.passwords[order.serial] = order.pppoe_password

    def remove(self, pon: str, serial: str) -> None:
        """See Olt. The ONU still hangs there, so it is on the autofind list again."""
        with self._command("remove", serial):
            if self._on(pon, serial) is not None:
                del self.configured[serial]
                self.hang(pon, serial)

    def reboot(self, pon: str, serial: str) -> None:
        """See Olt."""
        with self._command("reboot", serial):
            if self._on(pon, serial) is None:
                raise Refused("unknown_onu", serial)
            self.uptime[serial] = 0

    def set_active(self, pon: str, serial: str, active: bool) -> None:
        """See Olt."""
        with self._command("set_active", serial):
            config = self._on(pon, serial)
            if config is None:
                raise Refused("unknown_onu", serial)
            self.configured[serial] = replace(config, active=active)

    def close(self) -> None:
        """See Olt."""

    @contextmanager
    def _command(self, method: str, changed: str = "") -> Iterator[None]:
        self.before(method)
        with self._line:
            self.asked.append(method)
            if waiting := self._fail.get(method):
                raise waiting.pop(0)
            yield
            if changed:
                self.changes.append((method, changed))
            if method in self._lost:
                self._lost.discard(method)
                raise Unreachable("no_answer", method, ambiguous=bool(changed))

    def _on(self, pon: str, serial: str) -> OnuConfig | None:
        """A PON that nobody names is any."""
        config = self.configured.get(serial)
        return config if config and pon in ("", config.pon) else None

    def _used(self, pon: str) -> int:
        return sum(config.pon == pon for config in self.configured.values())

    def _limit(self, pon: str) -> int:
        if pon not in self.limits:
            raise Refused("unknown_pon", pon)
        return self.limits[pon]

    def _next(self, pon: str) -> int:
        taken = {config.number for config in self.configured.values() if config.pon == pon}
        return next(number for number in range(len(taken) + 1) if number not in taken)
