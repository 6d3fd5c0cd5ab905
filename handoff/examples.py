"""Reviewed readings as examples to train or to measure with: nobody's data in them, no text twice, each only once."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.personal import anonymous, tells_who
from handoff.readings import names_known, texts_read
from models import utc_now
from models.reading import Reading
from nlu.folding import fold
from nlu.guards import MAX_CHARACTERS, verdict
from nlu.intent_names import intent_names

# Of messages that go to both files, one in so many is for measuring: none may be trained on and measured with.
ONE_IN = 5
# Rasa's markup for entities; customers use brackets for nothing that matters.
_MARKUP = str.maketrans("[]{}", "()()")


@dataclass(frozen=True)
class Example:
    """A text without personal data, on one line, with its intent and whatever else was asked for in it."""

    text: str
    intent: str
    others: tuple[str, ...] = ()

    @property
    def for_measuring(self) -> bool:
        """On which side a text falls when both are wanted: always the same one."""
        return int(hashlib.sha256(core_of(self.text).encode()).hexdigest(), 16) % ONE_IN == 0


@dataclass(frozen=True)
class Harvest:
    """What an export takes out. `repeated` texts were there already, `unfit` ones teach nothing; `ids` are of all."""

    examples: tuple[Example, ...]
    repeated: int
    unfit: int
    ids: tuple[int, ...]


def gather(session: Session, *, again: bool) -> Harvest:
    """The kept and corrected readings that no export took yet, or all of them (`again`), the newest word first.

    Their rows are locked until the transaction ends, so that two exports at once never take the same.
    """
    judged = select(Reading).where(Reading.verdict.in_(("kept", "corrected")))
    fresh = judged if again else judged.where(Reading.exported_at.is_(None))
    rows = session.scalars(fresh.order_by(Reading.reviewed_at.desc(), Reading.id.desc()).with_for_update()).all()
    taken = [] if again else session.scalars(judged.where(Reading.exported_at.is_not(None))).all()
    before = {(core_of(text), row.label) for row, text in _read(session, taken)}
    found: dict[str, Example] = {}
    repeated = unfit = 0
    for row, text in _read(session, rows):
        example = Example(text, row.label, _others(row))
        core = core_of(text)
        if not _fit(example) or _says_too_little(row):
            unfit += 1
        elif core in found or (core, row.label) in before:
            repeated += 1
        else:
            found[core] = example
    return Harvest(tuple(found.values()), repeated, unfit, tuple(row.id for row in rows))


def mark_exported(session: Session, harvest: Harvest) -> None:
    """From now on these readings are out, the repeated and unfit ones too."""
    session.execute(update(Reading).where(Reading.id.in_(harvest.ids)).values(exported_at=utc_now()))


def training_data(examples: Iterable[Example]) -> str:
    """A Rasa file of training examples, by intent; those that ask for several things name them all, as several.yml."""
    by_intent: dict[str, list[Example]] = defaultdict(list)
    several: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        (several if example.others else by_intent)[example.intent].append(example)
    lines = ['version: "3.1"', "", "nlu:"]
    for intent in sorted(by_intent):
        texts = sorted(example.text for example in by_intent[intent])
        lines += [f"  - intent: {intent}", "    examples: |", *(f"      - {text}" for text in texts)]
    for intent in sorted(several):
        lines += [f"  - intent: {intent}", "    examples:"]
        for example in sorted(several[intent], key=lambda one: one.text):
            named = ", ".join((example.intent, *example.others))
            lines += [
                "      - text: |",
                f"          {example.text}",
                "        metadata:",
                f"          intents: [{named}]",
            ]
    return "\n".join(lines) + "\n"


def labelled(examples: Iterable[Example]) -> str:
    """JSON Lines to measure with, as `nlu.evaluate` reads them."""
    rows = [
        {"text": example.text, "primary": example.intent, "labels": [example.intent, *example.others], "alt": []}
        for example in examples
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def core_of(text: str) -> str:
    """What two texts have in common that differ only in case, accents, punctuation and blanks."""
    return " ".join(re.findall(r"\w+", fold(text))) or text


def _read(session: Session, rows: Sequence[Reading]) -> list[tuple[Reading, str]]:
    ids = [row.id for row in rows]
    texts, names = texts_read(session, ids), names_known(session, ids)
    return [(row, _line(anonymous(texts[row.id], names[row.id]))) for row in rows]


def _line(text: str) -> str:
    """One line that means the same to YAML, to Rasa and to the model, which reads no more than this either."""
    blanks = " ".join(text.translate(_MARKUP).split())
    return "".join(char for char in blanks if char.isprintable()).lstrip("-*+ ")[:MAX_CHARACTERS].strip()


def _fit(example: Example) -> bool:
    """Whether something can be learnt: words that reach the model, an intent that is known, and nobody's number."""
    if not re.search(r"\w", example.text) or example.intent not in intent_names() or tells_who(example.text):
        return False
    guarded = verdict(example.text)
    return guarded is None or guarded.intent == example.intent


def _says_too_little(row: Reading) -> bool:
    """Several things were read and a person named one of them: whether the others were asked for too, nobody said."""
    asked = {request["intent"] for request in row.requests}
    return row.verdict == "corrected" and row.label in asked and len(asked) > 1


def _others(row: Reading) -> tuple[str, ...]:
    """What else was asked for, where the bot's own reading was right."""
    asked = dict.fromkeys(str(request["intent"]) for request in row.requests) if row.verdict == "kept" else {}
    return tuple(intent for intent in asked if intent != row.label)
