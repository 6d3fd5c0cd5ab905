"""Chat language in a regular form: folded, emoji as words, abbreviations written out, data as classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import List, Mapping, Pattern, Text, Tuple

from nlu.emoji import WORDS, is_emoji, is_modifier
from nlu.folding import fold
from nlu.languages import PORTUGUESE
from nlu.languages import language as language_named

_MONEY = r"{sign}\s?\d[\d.,]*|\b\d[\d.]*,\d{{2}}\b|\b\d[\d.,]*(?=\s?(?:{words})\b)"
_CLASSES = (
    ("linktok", r"https?://\S+|www\.\S+"),
    ("emailtok", r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("moneytok", ""),
    ("cnpjtok", r"\b[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{3}/[0-9a-z]{4}-?\d{2}\b|\b\d{14}\b"),
    ("cpftok", r"\b\d{3}\.\d{3}\.\d{3}-?\d{2}\b|\b\d{9}-\d{2}\b"),
    ("phonetok", r"(?:\+?55\s?)?\(?\b\d{2}\)?\s?9?\s?\d{4}[\s-]?\d{4}\b"),
    ("ceptok", r"\b\d{2}\.?\d{3}-\d{3}\b"),
    ("datetok", r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"),
    ("hourtok", r"\b\d{1,2}\s?(?:h|hs|hrs|horas?)(?:\s?\d{2})?\b|\b\d{1,2}:\d{2}\b"),
    ("speedtok", r"\b\d+\s?(?:mb|mbps|megas?|gigas?|gb|m)\b"),
    ("longnumtok", r"\b\d{6,}\b"),
)
_WORD = re.compile(r"[^\W_]+|[?]")
_SURFACE = re.compile(r"\S+")
_HELD_KEY = re.compile(r"([a-z])\1{2,}")
_DOUBLE_END = re.compile(r"([aeiou])\1+$")


@dataclass(frozen=True)
class Piece:
    """A surface part of a text with its offsets, and the regular words that stand for it (maybe several, maybe "")."""

    text: str
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class _Tables:
    """The patterns of one language, compiled."""

    classes: Pattern[Text]
    phrases: Tuple[Tuple[Pattern[Text], Text], ...]
    laughter: Pattern[Text]
    meant: Mapping[Text, Text]
    kinds: Mapping[Text, Text]
    kind_phrases: Tuple[Tuple[Pattern[Text], Text], ...]
    denied: Tuple[Pattern[Text], ...]


@lru_cache(maxsize=None)
def _tables(name: Text) -> _Tables:
    spoken = language_named(name)
    money = _MONEY.format(sign=spoken.money_sign, words=spoken.money_words)
    classes = "|".join(f"(?P<{kind}>{body or money})" for kind, body in _CLASSES)
    phrases = tuple((re.compile(pattern), f" {meant} ") for pattern, meant in spoken.phrases)
    return _Tables(
        classes=re.compile(classes),
        phrases=phrases,
        laughter=re.compile(spoken.laughter),
        meant=spoken.meant,
        kinds=spoken.kinds,
        kind_phrases=tuple((re.compile(pattern), kind) for pattern, kind in spoken.kind_phrases),
        denied=tuple(re.compile(pattern) for pattern in spoken.denied),
    )


def normalise(text: str, language: str = PORTUGUESE) -> str:
    """The regular words of `text`, one blank between them. Idempotent enough for features.

    Never raises, but for a `language` that there is not (UnknownLanguage).
    """
    tables = _tables(language)
    line = _mark_denied(_emoji_as_words(fold(text)), tables)
    kinds = [kind for pattern, kind in tables.kind_phrases if pattern.search(line)]
    line = tables.classes.sub(lambda match: f" {match.lastgroup} ", line)
    for pattern, meant in tables.phrases:
        line = pattern.sub(meant, line)
    words = [_word(token, tables) for token in _WORD.findall(line)]
    kinds += [tables.kinds[word] for word in words if word in tables.kinds]
    return " ".join([*words, *dict.fromkeys(kinds)])


def _mark_denied(line: str, tables: _Tables) -> str:
    """ "não é a senha do wifi, é a do app": what is denied gets words of its own, so that it does not count as said."""
    for pattern in tables.denied:
        found = pattern.search(line)
        if found:
            start, end = found.span(1)
            return line[:start] + " ".join(f"nn{word}" for word in found[1].split()) + line[end:]
    return line


def pieces(text: str, language: str = PORTUGUESE) -> List[Piece]:
    """The blank-separated parts of `text` with offsets into it, each with its own regular words."""
    return [Piece(m.group(), m.start(), m.end(), normalise(m.group(), language)) for m in _SURFACE.finditer(text)]


def _emoji_as_words(line: str) -> str:
    out: List[str] = []
    last = ""
    for character in line:
        if not is_emoji(character):
            out.append(character)
            last = ""
            continue
        word = WORDS.get(character, "" if is_modifier(character) else "emojioutro")
        if word and word != last:  # three angry faces say what one says
            out.append(f" {word} ")
            last = word
    return "".join(out)


def _word(token: str, tables: _Tables) -> str:
    if token.isdigit():
        return "numtok" if len(token) > 1 else token
    if tables.laughter.fullmatch(token):
        return "risada"
    short = _HELD_KEY.sub(r"\1", token)
    if short not in {"voo"}:
        short = _DOUBLE_END.sub(r"\1", short)
    return tables.meant.get(short, short)
