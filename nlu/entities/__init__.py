"""Data inside a text: documents, contacts, places, amounts, dates and lights, by shape, wording and check digits."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from nlu.entities.identifiers import identifiers
from nlu.entities.words import same_length_folded
from nlu.languages import PORTUGUESE
from nlu.understanding import Entity

__all__ = ["entities"]

MAX_CHARACTERS = 4096
"""What WhatsApp lets through in one message; data beyond it is not looked for."""


def entities(text: str, language: str = PORTUGUESE) -> tuple[Entity, ...]:
    """The data found in `text`, in order of place, not overlapping. Never raises, whatever the text.

    From amount on, data is said in words: it is found where the language has a module here (pt_BR), else not at all.

    Kinds and normal forms:

    - cpf, cnpj: compact, upper case, check digits right. Eleven digits are a CPF when the check digits fit,
      otherwise a mobile number.
    - phone: the match key of core.phone; needs the area code.
    - cep: eight digits.
    - email: small letters.
    - protocol: as written, without its caption.
    - amount: integer cents as digits, also of amounts in words ("cento e vinte reais" is "12000").
    - date: ISO where day, month and year are given, `--MM-DD` without a year, else the folded words; a time follows
      its day ("quinta de manha", "--12-10 as 14h"), or stands alone ("a tarde"). See nlu.entities.calendar.
    - led: `light:colour:state`, each empty where it is not said: light los, pon, power, internet, wifi, lan or all;
      colour red, green, orange, yellow, blue or white; state blinking, steady or off.
    - street: folded, kind of street in full, then number and complements after commas ("avenida brasil, 400, apto 12").
    - district: folded name without "bairro".

    Where two readings overlap, the one that is higher in this list wins, but a place wins over an amount or a date
    ("rua 15 de novembro").
    """
    found: list[Entity] = []
    taken = bytearray(len(text))
    for entity in _candidates(text[:MAX_CHARACTERS], language):
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.start))


def _candidates(text: str, language: str) -> Iterator[Entity]:
    yield from identifiers(text)
    worded = _worded(language)
    if worded is not None:
        yield from worded(text, same_length_folded(text))


@cache
def _worded(language: str) -> Callable[[str, str], Iterator[Entity]] | None:
    """What finds data said in the words of a language, from the module of its name; None where there is none."""
    if language not in {found.name for found in pkgutil.iter_modules(__path__)}:
        return None
    found: Callable[[str, str], Iterator[Entity]] = importlib.import_module(f"{__name__}.{language}").worded
    return found
