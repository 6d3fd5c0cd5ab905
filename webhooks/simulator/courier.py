"""Carries the owed webhooks to the product in the background until they are accepted, as badly as was asked for."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence

from webhooks.simulator.mail import STATUSES, Letter
from webhooks.simulator.meta import BusinessNumber, encode, envelope
from webhooks.simulator.store import Store
from webhooks.simulator.updates import Update, act_update, message_update, status_update

Post = Callable[[bytes], bool]
CARRIERS = 2
# Another process may have put a letter into the bag; this one hears of it by looking.
LONGEST_NAP = 0.5
AFTER_TROUBLE = 2.0

log = logging.getLogger(__name__)


class Courier:
    """Delivers letters of the store through `post`, which says whether the product accepted the bytes."""

    def __init__(self, store: Store, number: BusinessNumber, post: Post) -> None:
        self._store = store
        self._number = number
        self._post = post
        self._bell = threading.Event()
        self._pid: int | None = None
        self._starting = threading.Lock()

    def ensure_running(self) -> None:
        """Starts the background carriers of this process once; after a fork they are started anew."""
        if self._pid == os.getpid():
            return
        with self._starting:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            for index in range(CARRIERS):
                own = (weakref.ref(self), self._bell)
                threading.Thread(target=_carry_while_needed, args=own, name=f"courier-{index}", daemon=True).start()

    def wake(self) -> None:
        """Something is due: look now."""
        self._bell.set()

    def carry_one(self) -> bool:
        """Delivers the next POST that is due; false when there is none. Safe from several threads at once."""
        return self._carry(self._store.mail.claim_batch())

    def carry_first_of(self, message_id: str) -> None:
        """Delivers the first letter that is owed of a message now, whatever its time."""
        self._carry(self._store.mail.claim_of(message_id))

    def _carry(self, letters: Sequence[Letter]) -> bool:
        if not letters:
            return False
        updates = [update for letter in letters if (update := self._update(letter))]
        accepted = not updates or self._deliver(letters, encode(envelope(self._number, updates)))
        for letter in letters:
            if accepted:
                self._after(letter)
            self._store.mail.settle(letter, accepted=accepted)
        return True

    def _update(self, letter: Letter) -> Update | None:
        """None when there is no such phone or message any more."""
        message = self._store.message(letter.message_id)
        phone = self._store.find_phone(letter.phone)
        if phone is None:
            return None
        if letter.event in STATUSES:
            happened, code = letter.happened_at, letter.error_code
            return status_update(phone, message, letter.event, happened, code) if message else None
        if letter.event == "message":
            return message_update(self._number.display_phone, phone, message) if message else None
        return act_update(self._number.display_phone, phone, letter.event, letter.detail, letter.happened_at)

    def _deliver(self, letters: Sequence[Letter], raw: bytes) -> bool:
        accepted = self._post(raw)
        repeat = self._store.failures.take("webhooks", {"duplicate"}) if accepted else None
        if repeat is not None:
            times = max(1, repeat.amount)
            # With a time given, the last of them comes when nobody expects it any more.
            now = times - 1 if repeat.seconds else times
            for _ in range(now):
                self._post(raw)
            self._store.mail.repeat(letters, repeat.seconds, now)
        return accepted

    def _after(self, letter: Letter) -> None:
        if letter.event == "message":
            self._store.move(letter.message_id, "sent", allowed_from=("queued",))
        elif letter.event in ("sent", "delivered"):
            self._store.move(letter.message_id, letter.event, allowed_from=("accepted", "sent"))

    def carry_all(self) -> float:
        """Delivers what is due; in how many seconds to look again."""
        self._bell.clear()
        try:
            while self.carry_one():
                pass
            return self._store.mail.seconds_until_due(LONGEST_NAP)
        except sqlite3.Error:
            # A full disk or a removed file must not end the carrier: the letters are still owed.
            log.exception("the simulator's file could not be used; trying again")
            return AFTER_TROUBLE


def _carry_while_needed(courier: weakref.ref[Courier], bell: threading.Event) -> None:
    """Ends with the application that the courier belongs to: it alone keeps it."""
    while (here := courier()) is not None:
        nap = here.carry_all()
        del here
        bell.wait(nap)
