"""After a secret changed: the sessions from before are ended, and looked for again until none is left."""

from __future__ import annotations

from provisioning.ports import Clock, Note
from provisioning.routeros.api import RouterOsApi, Trap
from provisioning.routeros.blocks import unless
from provisioning.routeros.lines import ACTIVE, Line

POLL_SECONDS = 0.5
# A session that appears this soon after the change may have authenticated before it: it is ended as well.
SUSPECT_SECONDS = 1.0
# So long after the last one ended, or after the change, nobody can still be between authenticating and appearing.
QUIET_SECONDS = 3.0


class Settling:
    """Begins when the stored state has changed. `nobody`: no session at all is right, however young."""

    def __init__(self, api: RouterOsApi, clock: Clock, note: Note, *, nobody: bool) -> None:
        self._api = api
        self._clock = clock
        self._note = note
        self._nobody = nobody
        self._began = self._quiet_since = clock.monotonic()
        self._suspects: set[str] = set()
        self._known: set[str] = set()
        self._renewed = False
        self._left = False

    @property
    def elapsed(self) -> float:
        """Seconds since the change."""
        return self._clock.monotonic() - self._began

    @property
    def settled(self) -> bool:
        """Nothing old is open, and a new session is there or none can still be coming from before."""
        if self._left:
            return False
        return self._renewed or self._clock.monotonic() - self._quiet_since >= QUIET_SECONDS

    def look(self, line: Line) -> None:
        """Takes note of what is open, and ends what may carry the old state."""
        for row in line.active:
            if row[".id"] not in self._known and (self._nobody or self.elapsed < SUSPECT_SECONDS):
                self._suspects.add(row[".id"])
            self._known.add(row[".id"])
        old = self.old(line)
        self._left = bool(old)
        self._renewed = len(line.active) > len(old)
        for number in old:
            self._end(number)

    def old(self, line: Line) -> list[str]:
        """The open sessions that may carry the old state."""
        return [row[".id"] for row in line.active if row[".id"] in self._suspects or row[".id"] not in self._known]

    def wait(self) -> None:
        """Lets a moment pass before the next look."""
        self._clock.sleep(POLL_SECONDS)

    def _end(self, number: str) -> None:
        self._quiet_since = self._clock.monotonic()
        try:
            unless(self._api, "no such item", f"{ACTIVE}/remove", f"=.id={number}")
        except Trap as trap:
            self._note(f"O roteador recusou derrubar a sessão: {trap.detail}")
        else:
            self._note("Sessão aberta derrubada.")
