"""An open console in tests: the events of its stream, read one by one."""

from __future__ import annotations

import json
import re
import threading
import time
from queue import Queue
from typing import Any

from werkzeug.test import TestResponse

from tests.integration.console import Person

PATIENCE_SECONDS = 30.0


class OpenConsole:
    """Somebody's page that listens, with a thread of its own as on the server. Methods wait for what they are about."""

    def __init__(self, person: Person, path: str = "/console/stream") -> None:
        self._person, self._path = person, path
        self._opened: Queue[TestResponse] = Queue()
        self._events: Queue[tuple[str, str]] = Queue()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.answer = self._opened.get(timeout=PATIENCE_SECONDS)

    def until(self, name: str, containing: str = "") -> str:
        """The data of the next event of this name, and with this in it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found, data = self._events.get(timeout=PATIENCE_SECONDS)
            if found == name and containing in data:
                return data
        raise AssertionError(f"no {name} with {containing!r} came")

    def names(self, count: int) -> list[str]:
        """What the next events are called."""
        return [self._events.get(timeout=PATIENCE_SECONDS)[0] for _ in range(count)]

    def notice(self) -> Any:
        """The next notice."""
        return json.loads(self.until("notice"))

    def close(self) -> None:
        """The person leaves the page, which the server notices with the next thing it sends."""
        self._left.set()
        self._thread.join(PATIENCE_SECONDS)

    def _listen(self) -> None:
        answer = self._person.client.get(self._path, buffered=False)
        self._opened.put(answer)
        for chunk in answer.response:
            text = chunk.decode() if isinstance(chunk, bytes) else chunk
            name = re.match(r"event: (\w+)\n", text)
            if name:
                self._events.put((name[1], "\n".join(re.findall(r"^data: (.*)$", text, flags=re.M))))
            if self._left.is_set():
                break
        answer.close()
