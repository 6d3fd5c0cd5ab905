"""Telling NAS of many sessions: side by side, each NAS at its own pace, and no longer than it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from provisioning.ports import Clock, Session
from provisioning.radius.messages import Answer

Change = Mapping[str, str] | None
Ask = Callable[[Session, Change], Answer]

# Conversations with one NAS at a time, and how many sessions make one more worth it.
LANES = 4
SESSIONS_A_LANE = 8
# After so many silences in a row a NAS is left alone until the next round: each of them costs seconds.
SILENCES = 3


def tell(ask: Ask, due: Sequence[tuple[Session, Change]], clock: Clock, per_second: float) -> list[Answer]:
    """The answers, in the order of `due`. A NAS gets at most `per_second` messages a second (0: no limit)."""
    if len(due) <= 1:
        return [ask(session, change) for session, change in due]
    by_nas: defaultdict[str, list[int]] = defaultdict(list)
    for place, (session, _) in enumerate(due):
        by_nas[session.nas_ip].append(place)
    answers: dict[int, Answer] = {}
    began = clock.monotonic()
    gap = 1 / per_second if per_second else 0.0

    def lane(places: Sequence[int], first: int, step: int) -> None:
        silences = 0
        for number in range(first, len(places), step):
            if silences >= SILENCES:
                answers[places[number]] = Answer("silence")
                continue
            wait = began + number * gap - clock.monotonic()
            if wait > 0:
                clock.sleep(wait)
            answer = answers[places[number]] = ask(*due[places[number]])
            silences = silences + 1 if answer.kind == "silence" else 0

    plan = []
    for places in by_nas.values():
        step = min(LANES, 1 + len(places) // SESSIONS_A_LANE)
        plan += [(places, first, step) for first in range(step)]
    if len(plan) == 1:
        lane(*plan[0])
    else:
        with ThreadPoolExecutor(len(plan), thread_name_prefix="nas") as pool:
            for done in [pool.submit(lane, *part) for part in plan]:
                done.result()
    return [answers[place] for place in range(len(due))]
