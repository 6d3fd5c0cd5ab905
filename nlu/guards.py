"""What must be decided before any statistics: empty, only emoji, commands, prompt injection (also used inside Rasa)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.emoji import is_emoji, words_in
from nlu.folding import fold, without_invisible
from nlu.languages import language, languages

MAX_CHARACTERS = 1000
"""Longer texts are cut: what a customer wants stands at the beginning, and time to read grows with length."""


SURE = 0.6
"""From here on a rule is taken at its word; below, it is only the least wrong guess."""


@dataclass(frozen=True)
class Verdict:
    """An intent that needs no model, with the confidence (0 to 1) to report for it."""

    intent: str
    confidence: float


_NOTHING = Verdict("out_of_scope", 0.2)
_QUESTION = Verdict("help_menu", 0.6)
_COMMAND = Verdict("out_of_scope", 1.0)
_NONSENSE = Verdict("out_of_scope", 0.6)
_ONLY_DATA = Verdict("inform", 0.9)
# A thumb or an applause answers nothing by itself: which question it meant is for the dialogue to ask.
_EMOJI = {
    "emojiraiva": Verdict("complaint", 0.8),
    "emojiprece": Verdict("thanks", 0.6),
    "emojicoracao": Verdict("thanks", 0.6),
    "emojitchau": Verdict("greet", 0.5),
    "emojilento": Verdict("slow_internet", 0.5),
    "emojiduvida": Verdict("help_menu", 0.6),
}
_EMOJI_ONLY = Verdict("out_of_scope", 0.3)

_MARKUP = re.compile(
    r"""^\s*/+\s*[\w{]            # /intent, /restart
    |^\s*[{\[].*["':].*[}\]]      # a JSON object or list
    |</?[a-z!][a-z0-9-]*[^<>]{0,200}>  # an HTML tag
    |\{\{.{0,80}\}\}|\$\{.{0,80}\}|<\?|\?>|`{3}
    |\bselect\b.{1,80}\bfrom\b|\b(?:drop|alter|truncate|create)\s+(?:table|database)\b
    |\binsert\s+into\b|\bdelete\s+from\b|\bunion\s+(?:all\s+)?select\b|\bupdate\s+\w+\s+set\b
    |['"]\s*(?:or|and)\s+['"]?\w+['"]?\s*=\s*['"]?\w+|;\s*--|\bor\s+1\s*=\s*1\b
    |\b(?:curl|wget|sudo|rm\s+-rf|eval|exec|system|alert)\s*(?:\(|https?:|-\w|/)
    |\{%.{0,80}|<%|\#\{.{0,80}\}|\$\(|\[/?inst\]|<\|.{0,20}\|>|^\W*\#{2,}\s*\w+\s*:
    |^\W*(?:system|assistant|assistente)\s*:|\bsudo\s+\w|\b(?:print|echo)\s*\(
    |\]\([a-z]+_[a-z_]+\)|^\W*[a-z]+(?:_[a-z]+)+\W*$
    |\.\./\.\./|\bjavascript:|\bon(?:error|load)\s*=
    """,
    re.VERBOSE | re.DOTALL,
)
_ENGLISH = r"""
    \b(?:system\s+prompt|prompt\s+do\s+sistema|developer\s+mode|admin\s+mode|jailbreak)\b
    |\b(?:modo|mode)\s+(?:administrador|admin|debug|dan)\b
    |\b(?:ignore|forget|disregard|override|bypass)\b(?:\W+\w+){0,5}?\W+(?:instructions?|rules?|prompts?|guidelines)\b
    |\b(?:you\s+are\s+now|act\s+as|pretend\s+(?:to\s+be|you|that)|reveal\s+your|print\s+your)\b
    """
# Those of all languages, whatever the customers speak: who gives such orders chooses the language, too.
_INJECTION = re.compile("|".join([_ENGLISH, *(language(name).orders for name in languages())]), re.VERBOSE)
_DIGITS_ONLY = re.compile(r"[\d\s.,\-/()+]*\d[\d\s.,\-/()+]*")


def verdict(text: str) -> Verdict | None:
    """The intent of a text that no model should be asked about, or None.

    Never raises, whatever the text. An empty text or one of emoji only is never a yes; what looks like a command, a
    query, markup or an order to the program is out of scope with confidence 1.
    """
    seen = without_invisible(text[:MAX_CHARACTERS]).strip()
    if not any(character.isalnum() for character in seen):
        return _of_symbols(seen)
    folded = fold(seen)
    if is_command(folded):
        return _COMMAND
    if _DIGITS_ONLY.fullmatch(folded):
        return _ONLY_DATA
    return _NONSENSE if _is_one_key_held(folded) else None


def is_command(folded: str) -> bool:
    """True when the folded text addresses the machine: `/intent{}`, SQL, HTML, or an order to forget its rules."""
    return bool(_MARKUP.search(folded) or _INJECTION.search(folded))


def _of_symbols(seen: str) -> Verdict:
    for word in words_in(seen):
        if word in _EMOJI:
            return _EMOJI[word]
    if any(is_emoji(character) for character in seen):
        return _EMOJI_ONLY
    return _QUESTION if "?" in seen else _NOTHING


def _is_one_key_held(folded: str) -> bool:
    letters = [character for character in folded if character.isalnum()]
    return len(letters) >= 6 and len(set(letters)) == 1
