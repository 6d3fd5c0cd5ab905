"""The bot's sentences, by name, from one file per language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from nlu.intent_names import intent_names
from nlu.languages import PORTUGUESE

FOLDER = Path(__file__).parent / "texts"
_FIRST_LETTER = re.compile(r"^[¡¿]*\w")


class Texts:
    """Sentences with placeholders. A missing name or placeholder is a fault of ours and raises KeyError."""

    def __init__(self, sentences: Mapping[str, str], language: str) -> None:
        self._sentences = sentences
        self.language = language

    @classmethod
    def load(cls, language: str = PORTUGUESE) -> Texts:
        """The sentences of a language, nested names joined by dots, and the names of intents as `intent.*`."""
        tree = yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
        return cls(_flat({**tree, "intent": intent_names(language)}), language)

    def __call__(self, sentence_name: str, /, **values: Any) -> str:
        """The sentence with its placeholders filled in; without a name to call somebody by, it does without."""
        sentence = self._sentences[sentence_name]
        if values.get("name") == "":
            sentence = sentence.replace(", {name}", "").replace("{name}, ", "")
            sentence = _FIRST_LETTER.sub(lambda first: first.group().upper(), sentence, count=1)
        return sentence.format(**values).strip()

    def names(self) -> frozenset[str]:
        """Every sentence's name."""
        return frozenset(self._sentences)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
