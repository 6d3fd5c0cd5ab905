"""Data inside a text: documents, contacts, places, amounts, dates and lights, by shape, wording and check digits."""

from __future__ import annotations

from collections.abc import Iterator

from nlu.entities.amount import amounts
from nlu.entities.date import dates
from nlu.entities.identifiers import identifiers
from nlu.entities.led import leds
from nlu.entities.place import districts, streets
from nlu.entities.words import same_length_folded
from nlu.understanding import Entity

__all__ = ["entities"]

MAX_CHARACTERS = 4096
"""What WhatsApp lets through in one message; data beyond it is not looked for."""


def entities(text: str) -> tuple[Entity, ...]:
    """The data found in `text`, in order of place, not overlapping. Never raises, whatever the text.

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
    for entity in _candidates(text[:MAX_CHARACTERS]):
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.start))


def _candidates(text: str) -> Iterator[Entity]:
    folded = same_length_folded(text)
    yield from identifiers(text)
    yield from streets(text, folded)
    yield from districts(text, folded)
    yield from amounts(text, folded)
    yield from dates(folded)
    yield from leds(folded)
