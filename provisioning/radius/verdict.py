"""What may be said in the end: the stored state, the open sessions and the NAS's answers, judged together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provisioning.ports import AccessState, Note, Outcome
from provisioning.radius.tables import DISABLED, SUSPENDED, BlockBy
from provisioning.radius.watch import Watch

_HELD = {SUSPENDED: "suspended_by_another", DISABLED: "disabled_by_another"}


@dataclass(frozen=True)
class Terms:
    """How this provider holds a login back: by `group`, or by rejecting it."""

    group: str
    block_by: BlockBy = "group"

    @property
    def ours(self) -> str:
        """The reason that a block of ours gives."""
        return SUSPENDED if self.block_by == "group" else DISABLED

    def foreign(self, state: AccessState) -> str:
        """The code of a hold that is not ours to lift; empty where there is none."""
        return next((_HELD[reason] for reason in state.reasons if reason != self.ours), "")

    def effective(self, state: AccessState) -> bool:
        """Whether a block of ours is there and decides what the next authentication gets."""
        first = self.block_by == "reject" or state.groups[:1] == (self.group,)
        return self.ours in state.reasons and first

    def facts(self, state: AccessState) -> dict[str, Any]:
        """The state as JSON."""
        return {
            "blocked": state.blocked,
            "reasons": list(state.reasons),
            "suspended_group": self.group,
            "groups": list(state.groups),
            "open_sessions": len(state.sessions),
            "read_at": state.read_at.isoformat(),
        }


def before(state: AccessState, terms: Terms, blocked: bool, *, doubtful: bool) -> Outcome | None:
    """The outcome where there is nothing to do, or nothing that may be done; None where there is."""
    facts = terms.facts(state)
    if not state.known:
        return Outcome("refused", "unknown_login", facts)
    if not blocked and terms.foreign(state):
        return Outcome("refused", terms.foreign(state), facts)
    as_asked = terms.effective(state) if blocked else not state.blocked
    return Outcome("already", "already", facts) if as_asked and not doubtful else None


def after_block(final: AccessState, watch: Watch, terms: Terms, blocked: bool) -> Outcome:
    """How a block or a release ended."""
    if final.blocked != blocked:
        return Outcome("failed", "changed_by_another", terms.facts(final))
    if blocked and not terms.effective(final):
        return Outcome("failed", "another_group_comes_first", terms.facts(final))
    return of_sessions(final, watch, terms, "bloqueado" if blocked else "liberado", old_ones_harm=blocked)


def of_sessions(final: AccessState, watch: Watch, terms: Terms, done: str, *, old_ones_harm: bool) -> Outcome:
    """What the open sessions allow to be said, the stored state being right. `done` is the Portuguese for it."""
    watch.meet(final)
    note: Note = watch.note
    facts = terms.facts(final) | {"nas": watch.told(), "online": watch.renewed(final)}
    # Whoever is online with the new state is released, whatever an older session's NAS says. A block, however,
    # is only as good as the last session that may have escaped it.
    left = [] if facts["online"] and not old_ones_harm else watch.unsettled(final)
    if any(not answer or answer.kind == "silence" for answer in left):
        note("A NAS não confirmou a mudança da sessão aberta: resultado desconhecido.")
        return Outcome("unknown", "nas_silent", facts)
    if any(answer and not answer.not_found for answer in left):
        note("A NAS recusou mudar a sessão aberta: resultado desconhecido.")
        return Outcome("unknown", "nas_refused", facts)
    if left:
        note("A NAS não tem a sessão que a contabilização mostra aberta: registro velho, sem efeito no acesso.")
        return Outcome("verified", "stale_session", facts)
    note(f"Conferido: {done}.")
    return Outcome("verified", "online" if facts["online"] else "settled", facts)
