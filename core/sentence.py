"""A sentence with {variables}: how it is filled in, and whether a house's own words may stand in its place. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_MESSAGE = 4096
COURTESIES = frozenset({"name", "provider", "queue"})
"""What a sentence may leave out; everything else that it is given, the customer needs to know."""
_VARIABLE = re.compile(r"\{([a-z][a-z_]*)\}")
_FIRST_LETTER = re.compile(r"^[¡¿]*\w")
_LEFT_OVER = re.compile(r"(^|\s)[,!?.]|, [!?.]")
# What is not seen, or turns the direction of writing around, hides what a text says: control and format characters,
# ends of lines of other kinds, halves, and private ones. Only emoji are joined by one of them.
_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
_JOINER = "\u200d"


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is shipped. `longest` is what the channel shows of it, in characters: less than a message only
    where it is the title of something to tap, which has one line."""

    name: str
    text: str
    longest: int = LONGEST_MESSAGE

    @property
    def is_title(self) -> bool:
        """Whether it stands on something to tap."""
        return self.longest < LONGEST_MESSAGE

    @property
    def variables(self) -> frozenset[str]:
        """All that it is given."""
        return variables_of(self.text)


def variables_of(text: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(_VARIABLE.findall(text))


def filled(sentence: str, values: Mapping[str, Any]) -> str:
    """The sentence with its variables filled in, trimmed; without a `name` to call somebody by, it does without. Raises
    KeyError for a variable without a value."""
    if values.get("name") == "":
        sentence = _without_name(sentence)
    return sentence.format(**values).strip()


def misfit(own: str, shipped: Sentence) -> str:
    """Why these words may not be said in place of the shipped ones, in Portuguese; empty where they may."""
    return _form_problem(own, shipped) or _variable_problem(own, shipped) or _nameless_problem(own)


def _form_problem(own: str, shipped: Sentence) -> str:
    if not own.replace(_JOINER, "").strip():
        return "O texto está vazio."
    lines = "" if shipped.is_title else "\n"
    seen = {_JOINER, *lines}
    strange = next((c for c in own if c not in seen and unicodedata.category(c) in _UNSEEN), "")
    if strange == "\n":
        return "Este texto é de um botão ou de uma lista: escreva numa linha só."
    if strange:
        return f"Há um caractere que não se vê (U+{ord(strange):04X}). Apague-o e digite de novo."
    if len(_VARIABLE.sub("", own)) > shipped.longest or len(own) > LONGEST_MESSAGE:
        return f"O texto passa de {shipped.longest} caracteres, o máximo que o WhatsApp mostra aqui."
    return ""


def _variable_problem(own: str, shipped: Sentence) -> str:
    used, known = variables_of(own), shipped.variables
    if re.search(r"[{}]", _VARIABLE.sub("", own)):
        return "Chaves só em volta do nome de uma variável, como em {protocol}."
    if used - known:
        return f"Aqui não existe {_named(used - known)}."
    missing = known - used - COURTESIES
    return f"Falta {_named(missing)}: o cliente precisa desse dado." if missing else ""


def _nameless_problem(own: str) -> str:
    without = _without_name(own)
    awkward = len(_LEFT_OVER.findall(without)) > len(_LEFT_OVER.findall(own))
    if "{name}" not in own or ("{name}" not in without and not awkward):
        return ""
    return "Escreva o nome junto de uma vírgula («{name}, aqui está» ou «Oi, {name}!»): sem nome conhecido, ele sai."


def _without_name(sentence: str) -> str:
    without = sentence.replace(", {name}", "").replace("{name}, ", "")
    return _FIRST_LETTER.sub(lambda first: first.group().upper(), without, count=1)


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
