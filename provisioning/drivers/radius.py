"""Blocks and releases in FreeRADIUS's tables, tells the NAS, and watches until the sessions agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from core.errors import Unreachable
from provisioning.ports import AccessState, Clock, Note, Outcome, Session
from provisioning.radius.messages import Answer, Disconnector
from provisioning.radius.tables import RadiusTables
from provisioning.radius.watch import POLL_SECONDS, Watch


class Tables(Protocol):
    """The stored state: see `RadiusTables`."""

    def read(self, login: str) -> AccessState:
        """The state now."""
        ...

    def set_suspended(self, login: str, suspended: bool) -> bool:
        """Makes it so; returns whether it was not so before."""
        ...


class SystemClock:
    """The machine's time."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class RadiusAccess:
    """AccessControl over FreeRADIUS's SQL schema and RFC 5176.

    A row decides what the next authentication gets; open sessions keep what they have until the NAS drops them. A
    session may also have authenticated before the row changed and start after it: neither an ACK nor a NAK of ours
    concerns that one, so open sessions are read again for up to `settle_seconds`.
    """

    def __init__(
        self,
        tables: Tables,
        disconnect: Callable[[Session], Answer],
        *,
        suspended_group: str,
        settle_seconds: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self._tables = tables
        self._disconnect = disconnect
        self._group = suspended_group
        self._settle_seconds = settle_seconds
        self._clock = clock or SystemClock()

    def state(self, login: str) -> AccessState:
        """What the tables say now. Raises Unreachable or Misconfigured."""
        return self._tables.read(login)

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """See AccessControl. Takes at most `settle_seconds` and one more round of messages to the NAS."""
        before = self._tables.read(login)
        if not before.known:
            return Outcome("refused", "unknown_login", _facts(before, self._group))
        effective = not blocked or before.groups[:1] == (self._group,)
        if before.blocked == blocked and effective and not doubtful:
            return Outcome("already", "already", _facts(before, self._group))
        changed = self._tables.set_suspended(login, blocked)
        watch = Watch(self._disconnect, self._clock, self._settle_seconds, note)
        try:
            note(_change_line(self._group, blocked, changed))
            final = self._settle(login, watch)
        except Unreachable as error:
            raise Unreachable(error.code, error.detail, ambiguous=True) from error
        return self._judge(final, watch, blocked, note)

    def _settle(self, login: str, watch: Watch) -> AccessState:
        while True:
            state = self._tables.read(login)
            watch.look(state)
            if watch.settled or watch.remaining <= 0:
                return self._tables.read(login)
            self._clock.sleep(min(POLL_SECONDS, watch.remaining))

    def _judge(self, final: AccessState, watch: Watch, blocked: bool, note: Note) -> Outcome:
        watch.meet(final)
        facts = _facts(final, self._group) | {"nas": watch.told(), "online": watch.renewed(final)}
        if final.blocked != blocked:
            return Outcome("failed", "changed_by_another", facts)
        if blocked and final.groups[0] != self._group:
            return Outcome("failed", "another_group_comes_first", facts)
        # Whoever is online with the new state is released, whatever an older session's NAS says. A block, however,
        # is only as good as the last session that may have escaped it.
        left = [] if facts["online"] and not blocked else watch.unsettled(final)
        if any(not answer or answer.kind == "silence" for answer in left):
            note("A NAS não confirmou que a sessão aberta caiu: resultado desconhecido.")
            return Outcome("unknown", "nas_silent", facts)
        if any(answer and not answer.not_found for answer in left):
            note("A NAS recusou derrubar a sessão aberta: resultado desconhecido.")
            return Outcome("unknown", "nas_refused", facts)
        if left:
            note("A NAS não tem a sessão que a contabilização mostra aberta: registro velho, sem efeito no acesso.")
            return Outcome("verified", "stale_session", facts)
        note("Conferido: " + ("bloqueado." if blocked else "liberado."))
        return Outcome("verified", "online" if facts["online"] else "settled", facts)


def _change_line(group: str, blocked: bool, changed: bool) -> str:
    if not changed:
        return f"O grupo {group} já estava como pedido; as sessões abertas serão avisadas de novo."
    return f"Grupo {group} {'incluído' if blocked else 'removido'} no RADIUS."


def _facts(state: AccessState, group: str) -> dict[str, Any]:
    return {
        "blocked": state.blocked,
        "suspended_group": group,
        "groups": list(state.groups),
        "open_sessions": len(state.sessions),
        "read_at": state.read_at.isoformat(),
    }


def make(
    database_url: str,
    *,
    secret: str,
    coa_host: str = "",
    coa_port: int = 3799,
    suspended_group: str = "suspenso",
    settle_seconds: float = 10.0,
) -> RadiusAccess:
    """The driver over a real database and real NAS. `coa_host` empty: each session's own NAS is told."""
    return RadiusAccess(
        RadiusTables(database_url, suspended_group),
        Disconnector(secret, host=coa_host, port=coa_port),
        suspended_group=suspended_group,
        settle_seconds=settle_seconds,
    )
