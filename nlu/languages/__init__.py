"""The languages of customers: what only one of them has, one module each, found by file name (also inside Rasa)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

PORTUGUESE = "pt_BR"
"""The language of whoever names none."""


class UnknownLanguage(Exception):
    """There is no module for that language; the text says which there are."""


@dataclass(frozen=True)
class Language:
    """Tables and patterns of a language, all over folded text: small letters, no accents.

    For the model's features: `meant` is what people write and the word or words meant, `phrases` are patterns whose
    many spellings are one thing, `money_sign` and `money_words` stand before and behind an amount, `laughter` is one
    whole word. `joints` are the words between two requests, `refusal` begins a clause that asks for nothing,
    `taken_back` is one that takes back what was asked before it. `kinds` and `kind_phrases` name others' business. The
    group of a pattern in `denied` holds the words that somebody does not mean: "não é X, é Y".

    Before the model: `orders` tell the program to forget its rules (verbose syntax); `wish` asks for a human being,
    `bare_wish` is a whole text that does, once `polite` is taken out; `no_robot` refuses a machine; `subject` is
    something to be solved beside it; `not_wanted` and `what_was` turn it into none; `caption` introduces data.
    """

    meant: Mapping[str, str]
    phrases: tuple[tuple[str, str], ...]
    money_sign: str
    money_words: str
    laughter: str
    joints: str
    refusal: str
    taken_back: str
    orders: str
    wish: re.Pattern[str]
    bare_wish: re.Pattern[str]
    polite: re.Pattern[str]
    no_robot: re.Pattern[str]
    subject: re.Pattern[str]
    not_wanted: re.Pattern[str]
    what_was: re.Pattern[str]
    caption: re.Pattern[str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    kind_phrases: tuple[tuple[str, str], ...] = ()
    denied: tuple[str, ...] = ()


@cache
def languages() -> tuple[str, ...]:
    """The names of all languages, sorted."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


@cache
def language(name: str) -> Language:
    """The language of this name. Raises UnknownLanguage."""
    if name not in languages():
        raise UnknownLanguage(f"Não há nlu/languages/{name}.py. Línguas: {', '.join(languages())}.")
    found: Language = importlib.import_module(f"{__name__}.{name}").LANGUAGE
    return found


def read_table(table: str) -> dict[str, str]:
    """Lines of `meant: written written ...` as word written to word meant; the first line that has a word wins."""
    words: dict[str, str] = {}
    for line in table.strip().splitlines():
        meant, _, written = line.partition(": ")
        for word in written.split():
            words.setdefault(word, meant)
    return words
