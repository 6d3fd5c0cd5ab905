"""Numbers in Portuguese words, as people dictate them: "cento e vinte", "dois mil e trezentos", "noventa nove"."""

from __future__ import annotations

_UNITS = "um:1 uma:1 dois:2 duas:2 tres:3 quatro:4 cinco:5 seis:6 sete:7 oito:8 nove:9"
_TEENS = """
dez:10 onze:11 doze:12 treze:13 quatorze:14 catorze:14 quinze:15 dezesseis:16 dezasseis:16 dezessete:17 dezoito:18
dezenove:19
"""
_TENS = "vinte:20 trinta:30 quarenta:40 cinquenta:50 cincoenta:50 sessenta:60 setenta:70 oitenta:80 noventa:90"
_HUNDREDS = """
cem:100 cento:100 duzentos:200 duzentas:200 trezentos:300 trezentas:300 quatrocentos:400 quatrocentas:400
quinhentos:500 quinhentas:500 seiscentos:600 seiscentas:600 setecentos:700 setecentas:700 oitocentos:800
oitocentas:800 novecentos:900 novecentas:900
"""


def _read(table: str) -> dict[str, int]:
    return {word: int(value) for word, _, value in (pair.partition(":") for pair in table.split())}


# Room is what may still be added: after "vinte" a unit, after "cento" anything below a hundred, after "doze" nothing.
_ROOM_NEEDED_AND_LEFT = (
    (_read(_UNITS), 10, 0),
    (_read(_TEENS), 100, 0),
    (_read(_TENS), 100, 10),
    (_read(_HUNDREDS), 1000, 100),
)
SMALL = {word: value for table, _, _ in _ROOM_NEEDED_AND_LEFT[:3] for word, value in table.items()}
"""Folded words of the numbers 1 to 19 and the tens, with their values."""


def read_number(words: list[str], at: int) -> tuple[int, int] | None:
    """The number that begins at index `at` of folded words, below a million, and the index after it; None for none.

    "e" joins parts but does not end a number; two numbers in a row ("noventa e nove e noventa") are read one by one.
    """
    total, group, room, thousands = 0, 0, 1000, True
    end = at
    while True:
        here = end + 1 if end > at and end + 1 < len(words) and words[end] == "e" else end
        word = words[here] if here < len(words) else ""
        if word == "mil" and thousands and here == end:
            total, group, room, thousands = (group or 1) * 1000, 0, 1000, False
        else:
            part = _part(word, room)
            if part is None:
                break
            group, room = group + part[0], part[1]
        end = here + 1
    return (total + group, end) if end > at else None


def _part(word: str, room: int) -> tuple[int, int] | None:
    for table, needed, left in _ROOM_NEEDED_AND_LEFT:
        if word in table and room >= needed:
            return table[word], 0 if word == "cem" else left
    return None
