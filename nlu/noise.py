"""Noisy copies of a message, as keyboards, hurry and dictation make them; its meaning stays (also used inside Rasa)."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from nlu.folding import fold, without_accents
from nlu.noise_words import AFTER, BEFORE, BY_EAR, FACES, NEGATIONS, NOT, ROWS, SHORT

_Change = Callable[[str, Random], str]

_ENOUGH_WORDS = 4
"""Shorter texts get no greeting and no filler: those may be all that they say."""

_PHRASE = re.compile(r"\b(por favor|o que|por que)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\s+|\S+")


def noisy(text: str, random: Random, strength: float) -> str:
    """A copy of `text` with about the part `strength` (0 to 1) of its words disturbed; 0 gives `text` itself.

    The same state of `random` gives the same copy. The meaning stays, and so the label: negations are kept and none
    is made, whatever holds a digit or an @ is left as it is together with the words beside it ("dia 10 de março",
    "protocolo 123", "50 reais"), no word disappears, and greetings and fillers go only around texts of four words or
    more. Texts without letters come back unchanged.
    """
    if strength <= 0 or not _WORD.search(text):
        return text
    pieces = _PIECE.findall(_shortened_phrases(text, random, strength))
    kept = _kept(pieces)
    pieces = [
        piece if index in kept or piece.isspace() or random.random() >= strength else _disturbed(piece, random)
        for index, piece in enumerate(pieces)
    ]
    pieces = _joined(pieces, kept, random, strength)
    return _whole_text(pieces, kept, text, random, strength)


def is_negation(word: str) -> bool:
    """True for the words of NEGATIONS in whatever spelling, with punctuation around it."""
    return any(part in NEGATIONS for part in _WORD.findall(fold(word)))


def _kept(pieces: list[str]) -> set[int]:
    """The indices of what must not change: data, and two words before it and one behind, which tell what it is."""
    kept: set[int] = set()
    words = [index for index, piece in enumerate(pieces) if not piece.isspace()]
    for place, index in enumerate(words):
        piece = pieces[index]
        if any(character.isdigit() for character in piece) or "@" in piece or "://" in piece or "$" in piece:
            first, last = words[max(0, place - 2)], words[min(len(words) - 1, place + 2)]
            kept |= set(range(first, last + 1))
    return kept


def _shortened_phrases(text: str, random: Random, strength: float) -> str:
    def shorter(match: re.Match[str]) -> str:
        return random.choice(SHORT[fold(match.group())]) if random.random() < strength else match.group()

    return _PHRASE.sub(shorter, text)


def _disturbed(piece: str, random: Random) -> str:
    """One change to the word inside a piece of text, with the punctuation around it left in place."""
    match = _WORD.search(piece)
    if match is None:
        return piece
    word = match.group()
    if is_negation(word):
        changed = random.choice(NOT) if fold(word) == "nao" else _plain(word)
    else:
        changed = _CHANGES[random.randrange(len(_CHANGES))](word, random)
    if not changed.strip() or is_negation(changed) != is_negation(word):
        return piece
    return piece[: match.start()] + changed + piece[match.end() :]


def _plain(word: str) -> str:
    """Letters without their accents; nothing else is taken apart ("¼" would become digits)."""
    return "".join(without_accents(char) if char.isalpha() else char for char in word)


def _without_accents(word: str, _random: Random) -> str:
    return _plain(word)


def _abbreviated(word: str, random: Random) -> str:
    return random.choice(SHORT.get(fold(word), (_plain(word),)))


def _by_ear(word: str, random: Random) -> str:
    rules = [(pattern, written) for pattern, written in BY_EAR if pattern.search(word)]
    if len(word) < 4 or not rules:
        return _plain(word)
    pattern, written = random.choice(rules)
    return pattern.sub(written, word, count=1)


def _neighbour_key(word: str, random: Random) -> str:
    if len(word) < 4:
        return word
    at = random.randrange(1, len(word))
    near = _neighbours(word[at].lower())
    return word[:at] + random.choice(near) + word[at + 1 :] if near else word


def _neighbours(letter: str) -> str:
    for row, letters in enumerate(ROWS):
        column = letters.find(letter)
        if column >= 0:
            beside = letters[max(0, column - 1) : column] + letters[column + 1 : column + 2]
            return beside + "".join(
                other[column : column + 1] for other in ROWS[max(0, row - 1) : row + 2] if other != letters
            )
    return ""


def _missing_letter(word: str, random: Random) -> str:
    if len(word) < 5:
        return word
    at = random.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _doubled_letter(word: str, random: Random) -> str:
    at = random.randrange(len(word))
    return word[: at + 1] + word[at:]


def _swapped_letters(word: str, random: Random) -> str:
    if len(word) < 4:
        return word
    at = random.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _drawn_out(word: str, random: Random) -> str:
    return word + word[-1] * random.randrange(1, 4) if word[-1].lower() in "aeiouáéíóúãõ" else word


def _split(word: str, random: Random) -> str:
    if len(word) < 7:
        return word
    at = random.randrange(3, len(word) - 2)
    return f"{word[:at]} {word[at:]}"


def _shouted(word: str, _random: Random) -> str:
    return word.upper()


# Listed as often as it is met: accents are left out far more often than a word is torn apart.
_CHANGES: tuple[_Change, ...] = (
    *(_without_accents,) * 5,
    *(_abbreviated,) * 5,
    *(_by_ear,) * 4,
    *(_missing_letter,) * 3,
    *(_swapped_letters,) * 2,
    *(_neighbour_key,) * 3,
    *(_doubled_letter,) * 2,
    _drawn_out,
    _split,
    _shouted,
)


def _joined(pieces: list[str], kept: set[int], random: Random, strength: float) -> list[str]:
    """Now and then the blank between two small words is missing, or the sign at a word's end."""
    out: list[str] = []
    for index, piece in enumerate(pieces):
        inside = 0 < index < len(pieces) - 1 and not {index - 1, index + 1} & kept
        if piece == " " and inside and random.random() < strength / 12:
            together = out[-1] + pieces[index + 1]
            plain = not any(is_negation(part) for part in (out[-1], pieces[index + 1], together))
            if plain and together.isalpha() and len(together) < 12:
                continue
        if index not in kept and not piece.isspace() and random.random() < strength:
            piece = re.sub(r"(?<=\w)[.,!?;:]+$", "", piece)
        out.append(piece)
    return out


def _whole_text(pieces: list[str], kept: set[int], original: str, random: Random, strength: float) -> str:
    """Small letters or capitals all over, and what people put around a message."""
    manner = random.random()
    line = "".join(pieces)
    if not kept and manner < strength / 4:
        line = line.upper() if manner < strength / 16 else line.lower()
    if len(_WORD.findall(original)) < _ENOUGH_WORDS:
        return line
    if random.random() < strength / 4:
        line = f"{random.choice(BEFORE)} {line}"
    if random.random() < strength / 5:
        line = f"{line} {random.choice(AFTER)}"
    if random.random() < strength / 6:
        line = f"{line} {random.choice(FACES) * random.randrange(1, 3)}"
    return line
