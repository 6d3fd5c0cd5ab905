"""A channel that can be told what to answer, for tests and rehearsals: it keeps what it was asked to send."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from core.errors import Failure
from webhooks.channels.ports import KINDS, Outgoing, Sent

Answer = Failure | Callable[[Outgoing], Sent]


class FakeChannel:
    """Takes every message, unless `script` says otherwise for the next ones. Safe from several threads."""

    def __init__(
        self, *, captions_documents: bool = True, kinds: frozenset[str] = frozenset(KINDS), longest_text: int = 4096
    ) -> None:
        self.captions_documents = captions_documents
        self.longest_text = longest_text
        self.kinds = kinds
        self.script: list[Answer] = []
        self.taken: list[Outgoing] = []
        self.asked: list[Outgoing] = []
        self.typing: list[str] = []
        self._lock = threading.Lock()
        self._serial = itertools.count(1)

    def send(self, message: Outgoing) -> Sent:
        """The next answer of the script; without one, a name of its own. `taken` holds what certainly left."""
        with self._lock:
            self.asked.append(message)
            answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Failure):
            raise answer
        sent = answer(message) if answer else Sent(f"fake.{next(self._serial)}")
        with self._lock:
            self.taken.append(message)
        return sent

    def show_typing(self, provider_id: str) -> None:
        """Remembers that it was asked to."""
        self.typing.append(provider_id)
