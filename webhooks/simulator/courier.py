"""Carries the owed webhooks to the product in the background, one after the other, until they are accepted."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable

from webhooks.simulator.mail import Letter
from webhooks.simulator.meta import BusinessNumber, encode, message_webhook, status_webhook
from webhooks.simulator.people import Phone
from webhooks.simulator.store import Store

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
                threading.Thread(target=self._carry_forever, name=f"courier-{index}", daemon=True).start()

    def wake(self) -> None:
        """Something is due: look now."""
        self._bell.set()

    def carry_one(self) -> bool:
        """Delivers the next letter that is due; false when there is none. Safe from several threads at once."""
        letter = self._store.mail.claim()
        if letter is None:
            return False
        accepted = self._deliver(letter)
        self._store.mail.settle(letter, accepted=accepted)
        return True

    def _deliver(self, letter: Letter) -> bool:
        message = self._store.message(letter.message_id)
        phone = self._store.find_phone(message.phone) if message else None
        if message is None or phone is None:
            return True
        if letter.event == "message":
            raw = encode(message_webhook(self._number, phone, message))
        else:
            happened = letter.happened_at
            raw = encode(status_webhook(self._number, phone, message, letter.event, happened, letter.error_code))
        accepted = self._post(raw)
        if accepted:
            self._after(letter, phone, raw)
        return accepted

    def _after(self, letter: Letter, phone: Phone, raw: bytes) -> None:
        if letter.event == "message":
            self._store.move(letter.message_id, "sent", allowed_from=("queued",))
        elif letter.event in ("sent", "delivered"):
            self._store.move(letter.message_id, letter.event, allowed_from=("accepted", "sent"))
        if self._store.failures.take("webhooks") is not None:
            self._post(raw)

    def _carry_forever(self) -> None:
        while True:
            self._bell.clear()
            try:
                while self.carry_one():
                    pass
                nap = self._store.mail.seconds_until_due(LONGEST_NAP)
            except sqlite3.Error:
                # A full disk or a removed file must not end the carrier: the letters are still owed.
                log.exception("the simulator's file could not be used; trying again")
                nap = AFTER_TROUBLE
            self._bell.wait(nap)
