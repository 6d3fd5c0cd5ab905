"""Blocks, releases and changes plans in FreeRADIUS's tables, tells the NAS, and watches until the sessions agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Protocol

from core.errors import Unreachable
from provisioning.clock import SystemClock
from provisioning.ports import AccessState, Clock, Note, Outcome
from provisioning.radius.change import change
from provisioning.radius.tables import BlockBy
from provisioning.radius.telling import Ask, Change, tell
from provisioning.radius.verdict import Terms, after_block, before, of_sessions
from provisioning.radius.watch import POLL_SECONDS, Watch

# Messages to one NAS a second: what it drops dials again, and a NAS sets up only so many sessions at a time.
PER_SECOND = 200.0
Judge = Callable[[AccessState, Watch], Outcome]


class Tables(Protocol):
    """The stored state: see `RadiusTables`."""

    def read(self, login: str) -> AccessState:
        """The state now, with the past."""
        ...

    def read_many(self, logins: Sequence[str]) -> Mapping[str, AccessState]:
        """The states now."""
        ...

    def held_back(self) -> frozenset[str]:
        """Every login that is held back, in lower case."""
        ...

    def set_suspended(self, logins: Sequence[str], suspended: bool) -> frozenset[str]:
        """Makes it so; returns for whom it was not so before."""
        ...

    def set_plan(self, login: str, group: str) -> bool:
        """Makes it so; returns whether it was not so before."""
        ...

    def replies(self, groups: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """What each group replies."""
        ...


class RadiusAccess:
    """BulkAccess over FreeRADIUS's SQL schema and RFC 5176.

    A row decides what the next authentication gets; open sessions keep what they have until the NAS changes or drops
    them. A session may also have authenticated before the row changed and start after it: neither an ACK nor a NAK of
    ours concerns that one, so open sessions are read again for up to `settle_seconds`.
    """

    def __init__(
        self,
        tables: Tables,
        ask: Ask,
        *,
        suspended_group: str,
        block_by: BlockBy = "group",
        by_coa: bool = False,
        per_second: float = PER_SECOND,
        settle_seconds: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self._tables = tables
        self._ask = ask
        self._terms = Terms(suspended_group, block_by)
        # Who is let in no more has to be thrown out.
        self._by_coa = by_coa and block_by == "group"
        self._per_second = per_second
        self._settle_seconds = settle_seconds
        self._clock = clock or SystemClock()

    def state(self, login: str) -> AccessState:
        """What the tables say now. Raises Unreachable or Misconfigured."""
        return self._tables.read(login)

    def held_back(self) -> frozenset[str]:
        """See Listing."""
        return self._tables.held_back()

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """See AccessControl. Takes at most `settle_seconds` and one more round of messages to the NAS."""
        doubts = frozenset({login} if doubtful else ())
        rounds = self.set_blocked_many([login], blocked, lambda _, line: note(line), doubtful=doubts)
        return next(settled[login] for settled in rounds if login in settled)

    def set_blocked_many(
        self,
        logins: Sequence[str],
        blocked: bool,
        note: Callable[[str, str], None],
        *,
        doubtful: Set[str] = frozenset(),
    ) -> Iterator[Mapping[str, Outcome]]:
        """See BulkAccess. All rows change together; then the NAS are told side by side, each at its pace, and one
        query a round reads the open sessions of all."""
        states = self._tables.read_many(logins)
        outcomes = {
            login: before(state, self._terms, blocked, doubtful=login in doubtful) for login, state in states.items()
        }
        ended = {login: outcome for login, outcome in outcomes.items() if outcome}
        changing = {login: states[login] for login, outcome in outcomes.items() if outcome is None}
        changed = self._tables.set_suspended(list(changing), blocked) if changing else frozenset()
        watches = {login: self._watch(partial(note, login)) for login in changing}
        yield ended
        if len(watches) > 1:
            # Telling many takes longer than a redial: what is authenticated meanwhile must not seem doubtful.
            self._clock.sleep(POLL_SECONDS)
            for watch in watches.values():
                watch.doubtful_rounds = 1
        for login, watch in watches.items():
            watch.note(self._change_line(blocked, login in changed))
        judge = partial(after_block, terms=self._terms, blocked=blocked)
        yield from self._settle(watches, lambda: self._changes(changing, blocked), judge)

    def set_plan(self, login: str, group: str, note: Note, *, doubtful: bool = False) -> Outcome:
        """Makes `group` the plan of `login`, whatever it was, and its sessions follow; may be called twice.

        Who is held back stays so. Raises and doubts as `set_blocked`.
        """
        state = self._tables.read(login)
        if not state.known:
            return Outcome("refused", "unknown_login", self._terms.facts(state))
        plan = self._plan(state)
        if plan == group and not doubtful:
            return Outcome("already", "already", self._terms.facts(state))
        self._tables.set_plan(login, group)
        note(f"Plano no RADIUS: {plan or 'nenhum'} -> {group}.")

        def judge(final: AccessState, watch: Watch) -> Outcome:
            if self._plan(final) != group:
                return Outcome("failed", "changed_by_another", self._terms.facts(final))
            return of_sessions(final, watch, self._terms, f"plano {group}", old_ones_harm=False)

        if state.blocked:
            # What holds it back comes first before and after: no session changes.
            final = self._tables.read(login)
            held = Outcome("verified", "settled", self._terms.facts(final))
            return held if self._plan(final) == group else judge(final, self._watch(note))
        rounds = self._settle({login: self._watch(note)}, lambda: {login: self._change(plan, group)}, judge)
        return next(settled[login] for settled in rounds if login in settled)

    def _settle(
        self, watches: dict[str, Watch], changes: Callable[[], Mapping[str, Change]], judge: Judge
    ) -> Iterator[Mapping[str, Outcome]]:
        """Rounds until every watch has ended. After the write nobody knows what became of it if this raises."""
        try:
            wanted = changes() if watches else {}
            while watches:
                self._round(watches, wanted)
                over = [login for login, watch in watches.items() if watch.settled or watch.remaining <= 0]
                final = self._tables.read_many(over) if over else {}
                yield {login: judge(final[login], watches.pop(login)) for login in over}
                if watches:
                    self._clock.sleep(max(0.01, min(POLL_SECONDS, *(watch.remaining for watch in watches.values()))))
        except Unreachable as error:
            raise Unreachable(error.code, error.detail, ambiguous=True) from error

    def _round(self, watches: Mapping[str, Watch], changes: Mapping[str, Change]) -> None:
        states = self._tables.read_many(list(watches))
        due = [(session, changes[login]) for login, watch in watches.items() for session in watch.look(states[login])]
        for (session, _), answer in zip(due, tell(self._ask, due, self._clock, self._per_second), strict=True):
            watches[session.login].answered(session, answer)

    def _changes(self, states: Mapping[str, AccessState], blocked: bool) -> Mapping[str, Change]:
        """What each login's open session would have to become, where the provider wants it by CoA."""
        if not self._by_coa:
            return dict.fromkeys(states)
        plans = {login: self._plan(state) for login, state in states.items()}
        replies = self._tables.replies(sorted({self._terms.group, *plans.values()}))
        held = replies[self._terms.group]
        return {
            login: change(replies[plan], held) if blocked else change(held, replies[plan])
            for login, plan in plans.items()
        }

    def _change(self, old: str, new: str) -> Change:
        if not self._by_coa:
            return None
        replies = self._tables.replies(sorted({old, new}))
        return change(replies[old], replies[new])

    def _plan(self, state: AccessState) -> str:
        """The group that counts when nothing holds the login back; empty for none."""
        return next((group for group in state.groups if group != self._terms.group), "")

    def _watch(self, note: Note) -> Watch:
        return Watch(self._clock, self._settle_seconds, note)

    def _change_line(self, blocked: bool, changed: bool) -> str:
        what = f"Grupo {self._terms.group}" if self._terms.block_by == "group" else "Auth-Type := Reject"
        if not changed:
            return f"{what}: já estava como pedido; as sessões abertas serão avisadas de novo."
        return f"{what} {'incluído' if blocked else 'removido'} no RADIUS."
