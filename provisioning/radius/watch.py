"""The sessions met after a row changed: which may still carry the old state, and what the NAS said of each."""

from __future__ import annotations

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
    def current(self) -> bool:
        """It has the new state: it came after the change, or took it while it was open."""
        took_it = self.answer is not None and (self.answer.kind, self.answer.by) == ("ack", "CoA")
        return self.renewed or took_it

    @property
    def done(self) -> bool:
        """Nothing is left to do about it."""
        return self.renewed or (self.answer is not None and self.answer.kind == "ack")


@dataclass
class Watch:
    """Begins when the row has changed. Every `look` takes note of new sessions and says which are doubtful: the NAS is
    to be told of them, and what it says goes into `answered`."""

    clock: Clock
    seconds: float
    note: Note
    # Authentications up to the last of so many looks may have read the groups before they changed: the second look is
    # a moment after the change, and so is the first where it waited for a moment.
    doubtful_rounds: int = 2
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

    def look(self, state: AccessState) -> list[Session]:
        """Takes note of what is open; the sessions that may carry the old state, none once the time is over."""
        self.meet(state)
        if self.rounds < self.doubtful_rounds:
            # What was accepted just before this look may have read the groups before they changed.
            self.accept_mark = state.last_accept
        due = [session for session in state.sessions if not self.seen[session.row].done]
        self.pending = len(due)
        over = self.rounds > 0 and self.remaining <= 0
        self.rounds += 1
        return [] if over else due

    def answered(self, session: Session, answer: Answer) -> None:
        """What the NAS said of a session that `look` named."""
        seen = self.seen[session.row]
        before, seen.answer = seen.answer, answer
        if answer != before:
            where = session.framed_ip or session.nas_ip
            self.note(f"{answer.by} da sessão {session.session_id} ({where}): {answer}")
        if answer.kind == "ack":
            self.pending -= 1
            self.last_ack_at = self.clock.monotonic()
            self.newcomer_dropped = self.newcomer_dropped or (self.rounds > 1 and answer.by == "Disconnect")

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
        if self.rounds < self.doubtful_rounds:
            return False
        if self.newcomer_dropped:
            return True
        if state.last_accept is not None:
            return state.last_accept != self.accept_mark
        return self.elapsed > REGISTRATION_SECONDS

    def unsettled(self, final: AccessState) -> list[Answer | None]:
        """For each session that is still open and may carry the old state: what the NAS last said of it."""
        found = [self.seen[session.row] for session in final.sessions]
        return [seen.answer for seen in found if not seen.done]

    def renewed(self, final: AccessState) -> bool:
        """Whether a session with the new state is open."""
        return any(self.seen[session.row].current for session in final.sessions)

    def told(self) -> list[dict[str, str]]:
        """What was asked of the NAS and answered, for the record."""
        return [
            {"session": seen.session.session_id, "nas_ip": seen.session.nas_ip, "answer": str(seen.answer)}
            for seen in self.seen.values()
            if seen.answer
        ]
