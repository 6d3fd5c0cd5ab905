"""The sessions met after a row changed: which may still carry the old state, and what the NAS said of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from provisioning.ports import AccessState, Clock, Note, Session
from provisioning.radius.messages import Answer

POLL_SECONDS = 0.5
# From an accepted authentication to the session's start in accounting: PPP negotiates addresses in between.
REGISTRATION_SECONDS = 3.0


@dataclass
class Seen:
    """A session, whether it certainly authenticated after the change, and the NAS's last answer about it."""

    session: Session
    renewed: bool
    answer: Answer | None = None

    @property
    def done(self) -> bool:
        """Nothing is left to do about it."""
        return self.renewed or (self.answer is not None and self.answer.kind == "ack")


@dataclass
class Watch:
    """Begins when the row has changed. Every `look` takes note of new sessions and has the doubtful ones dropped."""

    disconnect: Callable[[Session], Answer]
    clock: Clock
    seconds: float
    note: Note
    seen: dict[int, Seen] = field(default_factory=dict)
    rounds: int = 0
    pending: int = 0
    accept_mark: int | None = None
    last_ack_at: float | None = None
    newcomer_dropped: bool = False

    def __post_init__(self) -> None:
        self.began = self.clock.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the row changed."""
        return self.clock.monotonic() - self.began

    @property
    def remaining(self) -> float:
        """Seconds of the settling time that are left."""
        return self.seconds - self.elapsed

    @property
    def settled(self) -> bool:
        """Nothing is left to do, and no session can still be between its authentication and its start."""
        if self.pending:
            return False
        if any(seen.renewed for seen in self.seen.values()):
            return True
        return self.last_ack_at is not None and self.clock.monotonic() - self.last_ack_at >= REGISTRATION_SECONDS

    def look(self, state: AccessState) -> None:
        """Takes note of what is open, and asks the NAS to drop each session that may carry the old state."""
        self.meet(state)
        if self.rounds <= 1:
            # What was accepted just before this second look may have read the groups before they changed.
            self.accept_mark = state.last_accept
        self.pending = 0
        for session in state.sessions:
            if not self.seen[session.row].done:
                self._drop(self.seen[session.row])
        self.rounds += 1

    def meet(self, state: AccessState) -> None:
        """Takes note of sessions that were not there before."""
        for session in state.sessions:
            if session.row not in self.seen:
                self.seen[session.row] = Seen(session, renewed=self._authenticated_after(state))

    def _authenticated_after(self, state: AccessState) -> bool:
        """Whether a session first seen now got the new state: a later authentication proves it, time suggests it.

        Without a log of authentications a subscriber who redials fast is dropped once more; the one after that is
        believed. Better a reconnection too many than somebody told that he is released when he is not.
        """
        if self.rounds <= 1:
            return False
        if self.newcomer_dropped:
            return True
        if state.last_accept is not None:
            return state.last_accept != self.accept_mark
        return self.elapsed > REGISTRATION_SECONDS

    def _drop(self, seen: Seen) -> None:
        if self.rounds and self.remaining <= 0:
            self.pending += 1
            return
        before, seen.answer = seen.answer, self.disconnect(seen.session)
        if seen.answer != before:
            where = seen.session.framed_ip or seen.session.nas_ip
            self.note(f"Disconnect da sessão {seen.session.session_id} ({where}): {seen.answer}")
        if seen.answer.kind == "ack":
            self.last_ack_at = self.clock.monotonic()
            self.newcomer_dropped = self.newcomer_dropped or self.rounds > 0
        else:
            self.pending += 1

    def unsettled(self, final: AccessState) -> list[Answer | None]:
        """For each session that is still open and may carry the old state: what the NAS last said of it."""
        found = [self.seen[session.row] for session in final.sessions]
        return [seen.answer for seen in found if not seen.done]

    def renewed(self, final: AccessState) -> bool:
        """Whether a session with the new state is open."""
        return any(self.seen[session.row].renewed for session in final.sessions)

    def told(self) -> list[dict[str, str]]:
        """What was asked of the NAS and answered, for the record."""
        return [
            {"session": seen.session.session_id, "nas_ip": seen.session.nas_ip, "answer": str(seen.answer)}
            for seen in self.seen.values()
            if seen.answer
        ]
