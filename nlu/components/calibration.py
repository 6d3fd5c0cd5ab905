"""Honest probabilities: a temperature, and for each intent the confidence from which a mistake costs less than asking.

Everything here is set from scores of examples that the model that scored them has not seen (held-out folds).
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Sequence, Text, Tuple

import numpy as np
from scipy.optimize import minimize_scalar

Bands = Dict[Text, Tuple[float, float]]

# A question that was not needed costs 1; asking back with the wrong intent costs the question and the menu after it.
_QUESTION = 1.0
_ASKED_WRONG = 2.0
# Limits are looked for on this grid; the last one is met by nobody.
_GRID = np.round(np.arange(0.20, 1.0, 0.01), 2)
_FRINGE = 0.1
_NEVER = 1.01
# Below, a guess is not worth a question, however few examples speak against it: a list shows more.
_LEAST_ASKED_BACK = 0.35


def softmax(values: Any) -> Any:
    """Rows of probabilities."""
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def log_softmax(values: Any) -> Any:
    """Rows of logarithms of probabilities."""
    shifted = values - values.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def temperature(values: Any, accepted: Any) -> float:
    """The divisor of the scores that makes the highest probability of a row the chance that its intent is accepted.

    `values` has a row for each example and a column for each intent; `accepted` the same shape, true where a careful
    reader takes the intent for right.
    """
    rows = np.arange(len(values))
    chosen = values.argmax(axis=1)
    right = accepted[rows, chosen]

    def loss(divisor: float) -> float:
        sure = np.clip(softmax(values / divisor)[rows, chosen], 1e-6, 1 - 1e-6)
        return float(-np.where(right, np.log(sure), np.log(1 - sure)).mean())

    return float(minimize_scalar(loss, bounds=(0.05, 8), method="bounded").x)


def bands(probabilities: Any, accepted: Any, names: Sequence[Text], costs: Mapping[Text, float]) -> Bands:
    """Intent to (confirm, act): from which confidence it is asked back, and from which it is answered at once.

    `costs` says what a wrong answer costs, in questions. Answering pays where less than one in `cost` is wrong; asking
    back pays where it is right at least every other time, since a menu after it costs once more.
    """
    chosen = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    right = accepted[np.arange(len(chosen)), chosen]
    every: Bands = {}
    for column, name in enumerate(names):
        mine = chosen == column
        act = _limit(confidence[mine], right[mine], _QUESTION / costs[name])
        confirm = _limit(confidence[mine], right[mine], 1 - _QUESTION / _ASKED_WRONG)
        every[name] = (min(max(confirm, _LEAST_ASKED_BACK), act), act)
    return every


def band_of(limits: Bands, intent: Text, confidence: float) -> Text:
    """act, confirm or menu."""
    confirm, act = limits.get(intent, (_NEVER, _NEVER))
    return "act" if confidence >= act else "confirm" if confidence >= confirm else "menu"


def _limit(confidence: Any, right: Any, allowed: float) -> float:
    """The lowest confidence at which at most `allowed` of the examples are wrong.

    It is asked of the examples just above it, not only of all above it: what is decided at the limit is about those,
    and a sure majority must not carry a doubtful fringe.
    """
    for at in _GRID:
        above = confidence >= at
        fringe = above & (confidence < at + _FRINGE)
        if _wrong(right[above]) <= allowed and _wrong(right[fringe]) <= allowed:
            return float(at)
    return _NEVER


def _wrong(right: Any) -> float:
    """The share of wrong ones, with half a mistake added: a handful of right ones proves little."""
    return float((len(right) - right.sum() + 0.5) / (len(right) + 1.0)) if len(right) else 1.0


def table(asked: Sequence[Sequence[Text]], names: Sequence[Text]) -> Any:
    """True where the intent of the column is among those that the text of the row asks for."""
    return np.array([[name in intents for name in names] for intents in asked])
