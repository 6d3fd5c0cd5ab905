"""The door of open consoles: server-sent events with the parts of the page that changed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict

from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from werkzeug.exceptions import HTTPException

from core.errors import Unreachable
from handoff.console.gate import admit
from handoff.console.live import Region
from handoff.console.ports import LARGEST_ID, Ports, attendant
from handoff.console.streams.bell import EVERYTHING, FRAME, LIST, THREAD, Bell
from handoff.console.streams.follower import Follower
from handoff.console.streams.lists import Lists
from handoff.console.streams.screen import Notice, Screen
from handoff.console.thread import seen

NOTHING = ": \n\n"
"""A comment, which no page hears."""
BEAT_SECONDS = 15.0
"""A stream says at least this often that it is there, and looks whether its person still may see what it shows."""
FRAME_BEATS = 4
"""What is around the conversation is read from forty tables: unasked, only so often."""
DRAW_AT_ONCE = 4
"""Streams that draw at the same time: webhooks and clicks need connections to the database, too."""
AWAY_SECONDS = 1.0
SESSION, RIGHTS, RESTART = "session", "rights", "restart"


class Streams:
    """The open consoles of one process."""

    def __init__(self, ports: Ports, follower: Follower, lists: Lists, beat: float = BEAT_SECONDS) -> None:
        self._ports, self._follower, self._lists, self._beat = ports, follower, lists, beat
        self._drawing = threading.BoundedSemaphore(DRAW_AT_ONCE)

    def mount(self, blueprint: Blueprint) -> None:
        """Adds the door."""
        blueprint.add_url_rule("/stream", "stream", self._open)

    def _open(self) -> Response:
        conversation_id = _shown()
        if conversation_id is not None:
            with self._ports.db.reading() as session:
                seen(session, conversation_id, attendant())
        listening = ExitStack()
        bell = Bell(conversation_id)
        if not listening.enter_context(self._follower.listening(bell)):
            abort(503, "Este servidor já tem todas as telas abertas que suporta. A página pergunta por novidades.")
        frames = stream_with_context(self._frames(bell, conversation_id))
        response = Response(frames, mimetype="text/event-stream")
        response.call_on_close(listening.close)
        # Proxies must hand on every piece as it comes.
        response.headers["X-Accel-Buffering"] = "no"
        response.headers["Cache-Control"] = "no-store, no-transform"
        return response

    def _frames(self, bell: Bell, conversation_id: int | None) -> Iterator[str]:
        screen = Screen(self._ports, self._lists, conversation_id)
        due, beat_at, beats = EVERYTHING, 0.0, 0
        while not bell.closed:
            alive = time.monotonic() >= beat_at
            try:
                if alive:
                    due |= EVERYTHING if beats % FRAME_BEATS == 0 else {THREAD, LIST}
                    beats += 1
                yield from self._draw(screen, bell, due, alive=alive)
            except HTTPException as error:
                yield _event("end", SESSION if error.code == 401 else RIGHTS)
                return
            except Unreachable:
                # No beat, so that the page asks by itself; but only who is written to is noticed when they are gone.
                yield NOTHING
                bell.ring(EVERYTHING)
                bell.rest(AWAY_SECONDS)
            else:
                beat_at = time.monotonic() + self._beat if alive else beat_at
            due = bell.wait(max(AWAY_SECONDS, beat_at - time.monotonic()))
        yield _event("end", RESTART)

    def _draw(self, screen: Screen, bell: Bell, due: frozenset[str], *, alive: bool) -> Iterator[str]:
        if alive:
            with self._drawing:
                if admit(self._ports) is not None:
                    abort(401)
                looked_after = screen.look_after()
            yield _event("beat", "")
            yield from _parts(looked_after)
        # What is said comes first: somebody may wait for it.
        for part in (THREAD, FRAME, LIST):
            if part in due:
                notices: list[Notice] = []
                with self._drawing:
                    if part == LIST:
                        # What changes while it is drawn may concern it.
                        bell.listed = None
                    fresh = screen.draw(part)
                    if part == LIST:
                        bell.listed = screen.listed
                        notices = screen.notices()
                yield from _parts(fresh)
                yield from (_event("notice", _words(notice)) for notice in notices)


def _shown() -> int | None:
    asked = request.args.get("conversa", "")
    if not asked:
        return None
    if not (asked.isdecimal() and len(asked) <= 10 and int(asked) <= LARGEST_ID):
        abort(404, "Esta conversa não existe.")
    return int(asked)


def _parts(regions: Iterable[Region]) -> Iterator[str]:
    by_name = {region.name: region for region in regions}
    if by_name:
        yield _event("parts", render_template("console/live.html", regions=by_name))


def _words(notice: Notice) -> str:
    return json.dumps(asdict(notice))


def _event(name: str, data: str) -> str:
    """One event; each line of the data is a field of its own."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
