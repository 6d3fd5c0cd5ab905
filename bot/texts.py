"""The bot's sentences, by name, from one file per language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.sentence import Sentence, filled
from handoff.satisfaction.sentences import survey_sentences
from nlu.intent_names import intent_names
from nlu.languages import PORTUGUESE

FOLDER = Path(__file__).parent / "texts"
BUTTON, ROW, ITEM, ORDER_NOTE = 20, 24, 60, 120
"""How many characters of a title the channels show."""
_TITLES = {
    "menu.button": BUTTON,
    "choose.button": BUTTON,
    "deal.button": BUTTON,
    "deal.title": BUTTON,
    "invoice.pay": BUTTON,
    "menu.talk_to_human": BUTTON,
    "invoice.item": ITEM,
    "payment.order_done": ORDER_NOTE,
}
_MENU_SENTENCES = frozenset({"menu.asked", "menu.not_understood", "menu.denied", "menu.no_understanding"})
# What the provider's own people read in notes and summaries.
_FOR_PEOPLE = ("cause.", "intent.", "learnt.", "proved.", "reason.", "rule.", "status.", "summary.", "tried_step.")
_NOTES = frozenset(
    {
        *("away.reason", "away.lapsed", "away.with_person", "incident.note", "payment.not_back_note"),
        *("watch.note_back", "watch.note_given_up", "watch.with_person", "watch.window"),
    }
)


class Texts:
    """Sentences with placeholders. A missing name or placeholder is a fault of ours and raises KeyError."""

    def __init__(self, sentences: Mapping[str, str], language: str) -> None:
        self._sentences = sentences
        self.language = language

    @classmethod
    def load(cls, language: str = PORTUGUESE) -> Texts:
        """The sentences of a language, nested names joined by dots, and the names of intents as `intent.*`."""
        return cls(shipped(language), language)

    def __call__(self, sentence_name: str, /, **values: Any) -> str:
        """The sentence with its placeholders filled in; without a name to call somebody by, it does without."""
        return filled(self._sentences[sentence_name], values)

    def names(self) -> frozenset[str]:
        """Every sentence's name."""
        return frozenset(self._sentences)


@cache
def shipped(language: str) -> Mapping[str, str]:
    """Every sentence of the language as its file has it, read once."""
    tree = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    return _flat({**tree, "intent": intent_names(language)})


def languages() -> list[str]:
    """Those that there is a file of."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def for_customers(language: str) -> dict[str, Sentence]:
    """What customers read, by name, also in the survey: a house may say it in its own words."""
    said = {
        name: Sentence(name, text, longest) if (longest := _longest(name)) else Sentence(name, text)
        for name, text in shipped(language).items()
        if name not in _NOTES and not name.startswith(_FOR_PEOPLE)
    }
    return said | survey_sentences(language)


def _longest(name: str) -> int:
    """What is shown of a title; 0 for what is said."""
    if name.startswith("menu.") and name not in _MENU_SENTENCES:
        return _TITLES.get(name, ROW)
    return BUTTON if name.startswith("button.") else _TITLES.get(name, 0)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
