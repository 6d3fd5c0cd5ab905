"""What the bot understood, as the console shows it beside the customer's message, with what to correct it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.reading import Reading
from nlu.intent_names import intent_names

LIKELIEST = 3


@dataclass(frozen=True)
class Choice:
    """An intent to pick: its name, why it is offered (93 %, or who says so), and whether it counts now."""

    intent: str
    name: str
    note: str
    current: bool


@dataclass(frozen=True)
class Understood:
    """A reading as the thread shows it. `state` is sure, unsure, doubted or corrected; `key` changes with it all."""

    id: int
    state: str
    line: str
    detail: str
    choices: tuple[Choice, ...]
    key: str


def understood(reading: Reading, agent_names: Mapping[str, str]) -> Understood:
    """The reading for the eye. `agent_names` gives people's names by `agent:login`."""
    by = agent_names.get(f"agent:{reading.corrected_by}", reading.corrected_by or "")
    return Understood(
        id=reading.id,
        state=_state(reading),
        line=_line(reading),
        detail=" ".join(_detail(reading, by)),
        choices=choices(reading, [reading.corrected_intent or "", reading.meant])[:LIKELIEST],
        key=f"{reading.id}{reading.label}{reading.corrected_by or ''}{bool(reading.contradicted_at)}{reading.verdict}",
    )


def choices(reading: Reading, first: Sequence[str]) -> tuple[Choice, ...]:
    """The intents worth offering: what people or models named `first`, then what was asked for, then the ranking."""
    sureness = {str(intent): float(share) for intent, share in reading.ranking}
    sureness |= {str(asked["intent"]): float(asked["confidence"]) for asked in reading.requests}
    sureness |= {reading.intent: reading.confidence}
    asked_for = [str(asked["intent"]) for asked in reading.requests]
    likely = dict.fromkeys([*first, reading.intent, *asked_for, *(str(intent) for intent, _ in reading.ranking)])
    names, settled = intent_names(), reading.corrected_intent is not None or reading.verdict is not None
    return tuple(
        Choice(
            intent,
            names[intent],
            percent(sureness[intent]) if intent in sureness else "",
            current=settled and intent == reading.label,
        )
        for intent in likely
        if intent in names
    )


def name_of(intent: str) -> str:
    """What an intent is called; one that is no longer known, as it is written."""
    return intent_names().get(intent, intent)


def percent(share: float) -> str:
    """`93 %`, for a share from 0 to 1."""
    return f"{share * 100:.0f} %"


def understood_as(reading: Reading) -> str:
    """`segunda via · 93 %`, all requests where there are several."""
    asked = [(str(each["intent"]), float(each["confidence"])) for each in reading.requests]
    parts = asked if len(asked) > 1 else [(reading.intent, reading.confidence)]
    return " + ".join(f"{name_of(intent)} · {percent(share)}" for intent, share in parts)


def _state(reading: Reading) -> str:
    if reading.corrected_intent or reading.verdict == "kept":
        return "corrected"
    if reading.contradicted_at:
        return "doubted"
    return "sure" if reading.band == "act" else "unsure"


def _line(reading: Reading) -> str:
    if reading.corrected_intent or reading.verdict == "kept":
        return f"{'confirmado' if reading.label == reading.intent else 'corrigido'}: {name_of(reading.label)}"
    if reading.source == "unavailable":
        return "não li: o modelo estava fora do ar"
    no = " · o cliente disse não" if reading.contradicted_at else ""
    return f"{'sem certeza' if reading.band == 'menu' else 'entendi'}: {understood_as(reading)}{no}"


def _detail(reading: Reading, by: str) -> list[str]:
    lines = []
    if reading.corrected_intent or reading.verdict:
        said = "não leu" if reading.source == "unavailable" else f"entendeu {understood_as(reading)}"
        lines.append(f"O robô {said}." + (f" Corrigido por {by}." if by else ""))
    if reading.contradicted_at:
        lines.append("O cliente disse que não era isso" + (f": {name_of(reading.meant)}." if reading.meant else "."))
    if reading.fragments > 1:
        lines.append(f"{reading.fragments} mensagens lidas como uma só.")
    return lines
