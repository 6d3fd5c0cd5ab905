"""Two models side by side: which messages one reads better or worse than the other, and whether it may follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.measures import ON_NETWORK_OR_MONEY, Outcome, answered_precision, lenient
from nlu.report import NUMBER, SHARE, written

ACTING_ALLOWED = 0.01
"""So much of its precision may an intent lose that acts on network or money."""
_TINY = 1e-9


@dataclass(frozen=True)
class Change:
    """One message as the model in use reads it, and as the other one does."""

    before: Outcome
    after: Outcome

    @property
    def gain(self) -> int:
        """Above 0 when the message is read better than before, below when it is read worse."""
        return _worth(self.after) - _worth(self.before)

    def __str__(self) -> str:
        message = self.before.message
        return f"{message.primary}: {_said(self.before)} -> {_said(self.after)}\n    {message.text}"


def changes(before: Sequence[Outcome], after: Sequence[Outcome]) -> tuple[list[Change], list[Change]]:
    """What got better and what got worse; both sequences are of the same messages in the same order."""
    every = [Change(old, new) for old, new in zip(before, after, strict=True)]
    return [each for each in every if each.gain > 0], [each for each in every if each.gain < 0]


def objections(before: Sequence[Outcome], after: Sequence[Outcome], allowed: float) -> list[str]:
    """Why the second should not follow the first, in sentences; nothing when it may.

    `allowed` is how much of the lenient accuracy (0 to 1) may be lost.
    """
    found = []
    if _lost(lenient(before), lenient(after)) > allowed + _TINY:
        found.append(f"O acerto caiu de {written(lenient(before), SHARE)} para {written(lenient(after), SHARE)}.")
    for intent in ON_NETWORK_OR_MONEY:
        old, new = answered_precision(before, {intent}), answered_precision(after, {intent})
        if _lost(old, new) > ACTING_ALLOWED + _TINY:
            found.append(
                f"A intenção {intent} passa a ser respondida, com só {written(new, SHARE)} de precisão."
                if old is None
                else f"A precisão de {intent} caiu de {written(old, SHARE)} para {written(new, SHARE)}."
            )
    return found


def _lost(old: float | None, new: float | None) -> float:
    """What is not answered any more loses nothing: it is asked back then. What is answered anew starts at 1."""
    if new is None:
        return 0.0
    return (1.0 if old is None else old) - new


def _worth(outcome: Outcome) -> int:
    """Right is worth most, and a mistake that is asked back first is better than one that is answered."""
    return 2 if outcome.lenient else 0 if outcome.answered else 1


def _said(outcome: Outcome) -> str:
    return f"{outcome.read.intent} {written(outcome.read.confidence, NUMBER)} {outcome.read.band}"
