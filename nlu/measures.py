"""How well labelled messages were read, as numbers: accuracy, precision at coverage, calibration, bands, requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nlu.labelled import Labelled
from nlu.understanding import Band, Understanding

ON_NETWORK_OR_MONEY = ("signal_release", "invoice_second_copy", "payment_negotiation")
"""Where a mistaken answer costs most."""
NO_REQUEST = frozenset(
    {"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "help_menu", "inform", "out_of_scope"}
)
"""Courtesies and small talk are served beside a request, never as one (as in nlu/components/requests.py)."""
COVERAGES = (0.5, 0.7, 0.9)
BINS = 10
_OUTSIDE = "out_of_scope"


@dataclass(frozen=True)
class Outcome:
    """What one labelled message was read as, and in how many seconds where that was measured."""

    message: Labelled
    read: Understanding
    seconds: float | None = None

    @property
    def strict(self) -> bool:
        """The primary intent was met."""
        return self.read.intent == self.message.primary

    @property
    def lenient(self) -> bool:
        """One of the accepted intents was met."""
        return self.read.intent in self.message.accepted

    @property
    def answered(self) -> bool:
        """It is answered at once, without asking back."""
        return self.read.band == "act"


@dataclass(frozen=True)
class Bin:
    """Messages of about the same confidence: how many, their mean confidence, and the share that was right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class OfIntent:
    """How one intent fares against the primary labels: shares (None where there is nothing to divide by), support."""

    precision: float | None
    recall: float | None
    support: int


def share(hits: Collection[bool]) -> float | None:
    """The part of `hits` that is true; None when there are none."""
    return sum(hits) / len(hits) if hits else None


def strict(outcomes: Sequence[Outcome]) -> float | None:
    """The share in which the primary intent was met."""
    return share([outcome.strict for outcome in outcomes])


def lenient(outcomes: Sequence[Outcome]) -> float | None:
    """The share in which an accepted intent was met."""
    return share([outcome.lenient for outcome in outcomes])


def precision_at(outcomes: Sequence[Outcome], coverage: float) -> float | None:
    """Lenient precision on the most confident part (0 to 1) of the messages."""
    surest = _surest(outcomes)
    return lenient(surest[: max(1, round(coverage * len(surest)))])


def coverage_curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """(coverage, lenient precision) with each message more, the surest first."""
    curve, right = [], 0
    for number, outcome in enumerate(_surest(outcomes), 1):
        right += outcome.lenient
        curve.append((number / len(outcomes), right / number))
    return curve


def bins(outcomes: Sequence[Outcome]) -> list[Bin]:
    """Ten equal bins of confidence, from the lowest; right is what a careful reader accepts."""
    found = []
    for number in range(BINS):
        inside = [o for o in outcomes if min(int(o.read.confidence * BINS), BINS - 1) == number]
        mean = sum(o.read.confidence for o in inside) / len(inside) if inside else 0.0
        found.append(Bin(len(inside), mean, lenient(inside) or 0.0))
    return found


def calibration_error(outcomes: Sequence[Outcome]) -> float | None:
    """Expected calibration error over the bins: how far confidence lies from the share that is right."""
    if not outcomes:
        return None
    return sum(abs(each.right - each.confidence) * each.count for each in bins(outcomes)) / len(outcomes)


def by_intent(outcomes: Sequence[Outcome]) -> dict[str, OfIntent]:
    """Every intent that is a primary label or was read, by name."""
    named = {outcome.message.primary for outcome in outcomes} | {outcome.read.intent for outcome in outcomes}
    return {
        intent: OfIntent(
            share([o.strict for o in outcomes if o.read.intent == intent]),
            share([o.strict for o in outcomes if o.message.primary == intent]),
            sum(o.message.primary == intent for o in outcomes),
        )
        for intent in sorted(named)
    }


def macro_f1(outcomes: Sequence[Outcome]) -> float | None:
    """The mean F1 over the intents that are primary labels."""
    scores = [_f1(each) for each in by_intent(outcomes).values() if each.support]
    return sum(scores) / len(scores) if scores else None


@dataclass(frozen=True)
class Confusion:
    """What was read instead of the primary intent: how often by mistake, and how often as a careful reader accepts."""

    primary: str
    read: str
    wrong: int
    accepted: int


def confusions(outcomes: Sequence[Outcome]) -> list[Confusion]:
    """The pairs that were mixed up, the most frequent mistakes first."""
    wrong = Counter((o.message.primary, o.read.intent) for o in outcomes if not o.lenient)
    accepted = Counter((o.message.primary, o.read.intent) for o in outcomes if o.lenient and not o.strict)
    pairs = [Confusion(*pair, wrong[pair], accepted[pair]) for pair in wrong | accepted]
    return sorted(pairs, key=lambda pair: (-pair.wrong, -pair.accepted, pair.primary, pair.read))


def band_share(outcomes: Sequence[Outcome], band: Band) -> float | None:
    """The share of messages that are sure enough for just this."""
    return share([outcome.read.band == band for outcome in outcomes])


def answered_precision(outcomes: Sequence[Outcome], intents: Collection[str] = ()) -> float | None:
    """Of what is answered at once (as one of `intents`, or at all), the share that was right to answer so."""
    chosen = [o for o in outcomes if o.answered and (not intents or o.read.intent in intents)]
    return lenient(chosen)


def answered_recall(outcomes: Sequence[Outcome], intents: Collection[str]) -> float | None:
    """Of the messages that ask for one of `intents`, the share that is rightly answered at once."""
    return share([o.answered and o.lenient for o in outcomes if o.message.primary in intents])


def outside_answered(outcomes: Sequence[Outcome]) -> float | None:
    """Of the messages about something else, the share that is answered at once as if it were not."""
    return share([o.answered and not o.lenient for o in outcomes if o.message.primary == _OUTSIDE])


def requests(outcomes: Sequence[Outcome]) -> tuple[float | None, float | None]:
    """Precision and recall of the set of requests, over the messages that ask for several things.

    What is not sure enough to be even asked back counts only as the first request: the dialogue drops it elsewhere.
    """
    found = right = wanted = met = 0
    for outcome in several(outcomes):
        labels = frozenset(outcome.message.labels) - NO_REQUEST
        read = requested(outcome.read)
        found += len(read)
        right += len(read & outcome.message.accepted)
        wanted += len(labels)
        met += len(read & labels)
    return right / found if found else None, met / wanted if wanted else None


def several(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The messages that ask for more than one thing."""
    return [outcome for outcome in outcomes if len(frozenset(outcome.message.labels) - NO_REQUEST) > 1]


def requested(read: Understanding) -> frozenset[str]:
    """The intents that the dialogue would take up."""
    return frozenset(part.intent for part in read.requests if part.band != "menu" or part.intent == read.intent)


def milliseconds(outcomes: Sequence[Outcome], part: float) -> float | None:
    """The time that `part` (0 to 1) of the readings did not exceed; None where none was measured."""
    spent = sorted(outcome.seconds for outcome in outcomes if outcome.seconds is not None)
    return spent[min(len(spent) - 1, int(part * len(spent)))] * 1000 if spent else None


def figures(outcomes: Sequence[Outcome]) -> Mapping[str, float | None]:
    """Every figure by its name in `nlu.report.ROWS`; None where there is nothing to measure it with."""
    precision, recall = requests(outcomes)
    return {
        "messages": len(outcomes),
        "strict": strict(outcomes),
        "lenient": lenient(outcomes),
        **{f"precision_at_{part:.0%}": precision_at(outcomes, part) for part in COVERAGES},
        "calibration_error": calibration_error(outcomes),
        "macro_f1": macro_f1(outcomes),
        "act": band_share(outcomes, "act"),
        "confirm": band_share(outcomes, "confirm"),
        "menu": band_share(outcomes, "menu"),
        "answered_precision": answered_precision(outcomes),
        **{f"answered_{intent}": answered_precision(outcomes, {intent}) for intent in ON_NETWORK_OR_MONEY},
        "answered_on_network_or_money": answered_precision(outcomes, ON_NETWORK_OR_MONEY),
        "network_or_money_met": answered_recall(outcomes, ON_NETWORK_OR_MONEY),
        "outside_answered": outside_answered(outcomes),
        "requests_precision": precision,
        "requests_recall": recall,
        "median": milliseconds(outcomes, 0.5),
        "p99": milliseconds(outcomes, 0.99),
    }


def _surest(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: -outcome.read.confidence)


def _f1(each: OfIntent) -> float:
    precision, recall = each.precision or 0.0, each.recall or 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
