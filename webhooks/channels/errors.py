"""What a channel's error codes ask of us: one entry for each meaning, looked up by the code, never by its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from core.errors import Failure, Misconfigured, Refused, Unreachable

Do = Literal[
    "stop",
    "stop_for_operator",
    "later",
    "slow_number",
    "slow_pair",
    "pause_proactive",
    "drop",
    "opted_out",
    "other_variant",
    "window",
    "upload_again",
    "template",
    "dead_letter",
    "identity",
    "ignore",
    "refused",
]

MEANS: dict[str, str] = {
    "stop": "The channel stops and an alert is raised: a setting, a permission or the account is wrong. All messages "
    "wait. One at a time tries again, once a minute, so that sending goes on by itself once it is mended.",
    "stop_for_operator": "As stop, but nothing tries again by itself: `python cli.py channel resume` starts it again.",
    "later": "The message is sent again after the wait, which doubles each time. After the most repeats it failed.",
    "slow_number": "Nothing leaves from this number until the wait is over; it doubles each time in a row.",
    "slow_pair": "Nothing leaves to this person until the wait is over; it is four times as long each time in a row. "
    "Others go on.",
    "pause_proactive": "Messages that nobody asked for wait for an hour, this one too, once; an answer failed. Alert.",
    "drop": "The message failed for good and is not repeated; a person is told where the customer waits for it.",
    "opted_out": "As drop, and the refusal goes into the register of consent.",
    "other_variant": "A Brazilian number is tried once in its other form, with or without the ninth digit. Then the "
    "message failed.",
    "window": "Inside the 24 hours as we count them, one more try. Else a template is sent instead, or a person has "
    "to see to it.",
    "upload_again": "The file is uploaded and sent once more. Then the message failed.",
    "template": "The message failed, and the template is sent no more until its block is taken off. Alert.",
    "dead_letter": "The message failed: a fault of ours or of our set-up, which no repeating mends. Alert.",
    "identity": "The message failed: a person has to make sure who writes from this number now.",
    "ignore": "The message failed; nobody needs to look.",
    "refused": "The message failed, and the conversation shows up under *Com alerta*.",
}
"""What each action does, for the page in docs/."""

STOPPING = frozenset({"stop", "stop_for_operator"})
REPEATING = frozenset({"later", "slow_number", "slow_pair"})


@dataclass(frozen=True)
class Action:
    """What to do about an error. `seconds` is the first wait, `most` how many repeats there are (None: no limit)."""

    do: Do
    seconds: float = 0.0
    most: int | None = None


REFUSED = Action("refused")
RETRY = Action("later", 5.0)
STOP = Action("stop")


@dataclass(frozen=True)
class Entry:
    """Codes of one meaning: what they say, and what is done."""

    codes: tuple[int | range, ...]
    says: str
    action: Action

    def numbers(self) -> Iterator[int]:
        """Every single code."""
        for code in self.codes:
            yield from (code,) if isinstance(code, int) else code


class ErrorTable:
    """A channel's errors. Their names in rows and logs are `prefix` and the code, or `prefix` and http_STATUS."""

    def __init__(self, prefix: str, entries: tuple[Entry, ...]) -> None:
        self.prefix = prefix
        self.entries = entries
        self._actions = {number: entry.action for entry in entries for number in entry.numbers()}

    def known(self, code: int) -> Action | None:
        """What the table says of a code, or None."""
        return self._actions.get(code)

    def of_status(self, status: int) -> Action:
        """What an HTTP status asks for where there is no code that is known."""
        if status == 429 or status >= 500:
            return RETRY
        return STOP if status in {401, 403} else REFUSED

    def failure_of(self, status: int, answer: Any, retry_after: str = "") -> Failure:
        """The failure that an answer stands for. `answer` is its JSON; the code stands in it, or in its `error`."""
        code = _code_in(answer)
        # Meta answers 0 for a token that is not valid, and also when it is down.
        if code == 0 and status >= 500:
            code = None
        action = self._actions.get(code) if code is not None else None
        name = f"{self.prefix}{code if code is not None else f'http_{status}'}"
        asked = float(retry_after) if retry_after.isdigit() else None
        if action is None:
            return failure(self.of_status(status), name, asked)
        return failure(action, name, action.seconds)


def failure(action: Action, name: str, wait: float | None) -> Failure:
    """The kind of failure that an action makes of an error, for whoever only wants to know whether to repeat."""
    if action.do in STOPPING:
        return Misconfigured(name)
    return Unreachable(name, retry_after=wait) if action.do in REPEATING else Refused(name)


def _code_in(answer: Any) -> int | None:
    if not isinstance(answer, dict):
        return None
    holder = answer.get("error") if isinstance(answer.get("error"), dict) else answer
    code = holder.get("code") if isinstance(holder, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
