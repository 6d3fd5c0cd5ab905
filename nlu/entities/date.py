"""Days and times as people say them: "dia 10", "10/12", "depois de amanhã", "quinta de manhã", "entre 8 e 12"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlu.entities.numerals import SMALL
from nlu.understanding import Entity

MONTHS = (
    "janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
)  # fmt: skip
_MONTH = "(?:" + "|".join(MONTHS) + ")"
NUMBER = r"(?:\d{1,2}|(?:vinte|trinta)(?:\s+e)?\s+(?:um|" + "|".join(
    word for word, value in SMALL.items() if value < 10
)
NUMBER += ")|" + "|".join(sorted(SMALL, key=len, reverse=True)) + r"|primeiro)"
"""One or two figures, or the words for a number below a hundred, in a folded text."""

WEEKDAY = r"(?:segunda|terca|tersa|quarta|quinta|sexta|sesta)(?:\s?-?\s?feira)?|[2-6]a?\s?-?\s?feira|sabado|domingo"
# "segunda via", "quinta parcela": counted, not a day.
_COUNTED = (
    r"(?!\s+(?:v[a-z]{0,2}|vez|vezes|parcelas?|opcao|categoria|faturas?|mensalidades?|linha|tentativa|conta|pessoa"
    r"|quinzena)\b)"
)
_WHICH_WEEK = (
    r"(?:\s+(?:que\s+vem|passada|passado|d(?:a|essa|esta)\s+(?:proxima\s+|outra\s+)?semana(?:\s+que\s+vem)?))?"
)
_TODAY = r"(?:hoje|hj|oje)"
_DAY = re.compile(
    r"(?<!bom )(?<!boa )(?:"
    rf"\bdia\s+(?:{NUMBER})[o°]?(?![\d:/-]|[.,]\d|\s*(?:h|hs|mega|reais)\b)"
    rf"(?:\s+(?:de\s+|do\s+|d)?(?:{_MONTH}(?:\s+(?:de\s+)?\d{{4}})?|mes\s+que\s+vem|proximo\s+mes|outro\s+mes|(?:d?este|d?esse)\s+mes))?\b"
    rf"|\b(?:{NUMBER})\s+de\s+{_MONTH}(?:\s+(?:de\s+)?\d{{4}})?\b"
    rf"|\bentre\s+(?:os\s+|o\s+)?dias?\s+(?:{NUMBER})\s+e\s+(?:o\s+)?(?:dia\s+)?(?:{NUMBER})\b"
    r"|\bdepois\s+de\s+amanha\b|\bamanha\b|\bamnha\b|\banteontem\b|\bantes\s+de\s+ontem\b|\bontem\b"
    rf"|\b{_TODAY}\b(?:\s?,?\s?(?:{WEEKDAY})\b{_COUNTED})?"
    r"|\b(?:final|fim)\s+(?:de|d[ao])\s+semana\b|\bfds\b"
    r"|\b(?:proxima\s+semana|semana\s+que\s+vem|outra\s+semana|(?:n?essa|n?esta)\s+semana|semana\s+passada)\b"
    r"|\b(?:fim|final|inicio|comeco|meio)\s+d(?:o|esse|este)\s+mes(?:\s+que\s+vem|\s+passado)?\b"
    r"|\b(?:proximo\s+mes|mes\s+que\s+vem|(?:n?esse|n?este)\s+mes|mes\s+passado)\b"
    rf"|\b(?:daqui\s+(?:a\s+|ha\s+)?|dentro\s+de\s+|em\s+)(?:{NUMBER})\s+(?:dias?|semanas?|mes(?:es)?)\b"
    rf"|\b(?:proxim[ao]\s+)?(?:{WEEKDAY})\b{_COUNTED}{_WHICH_WEEK}(?:\s+hoje\b)?)"
)
_NUMERIC = re.compile(
    r"(?<![\d/.,:-])(\d{1,2})(?:/(\d{1,2})(?:/(\d{4}|\d{2}))?|([.-])(\d{1,2})\4(\d{4}|\d{2}))(?![\d/-]|[.,:]\d)"
)
_DAY_NUMBER = re.compile(rf"dia ({NUMBER})\b")
_IN_MONTH = re.compile(rf"(?:dia\s+)?({NUMBER})[o°]?\s+(?:de\s+)?({_MONTH})(?:\s+(?:de\s+)?(\d{{4}}))?")

_CLOCK = r"(?:[01]?\d|2[0-4])(?:\s?(?:h|hs|hrs|horas?)(?:\s?[0-5]\d)?\b|[:h][0-5]\d\b)"
_HOUR_WORD = "(?:uma|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze)"
_OF_DAY = r"(?:\s+(?:e\s+meia\s+)?d[ae]\s+(?:manha|tarde|noite))"
_HOUR = rf"(?:{_CLOCK}{_OF_DAY}?|(?:[01]?\d|{_HOUR_WORD}){_OF_DAY}|{_HOUR_WORD}\s+(?:horas?|e\s+meia)\b)"
_BARE_HOUR = r"(?:[01]?\d|2[0-3])(?!\s?(?:[a-df-z]|e[a-z])|\d|[.,:/]\d|\s?%)"
_UNTIL = r"(?:depois|antes|a\s+partir|apartir)\s+d(?:e|as|a)\s+|ate\s+(?:as\s+)?"
_PART = r"(?:manha|tarde|tardezinha|tardinha|noite|noitinha|manhazinha)\b(?!\s+(?:tod[ao]|inteir[ao]|passad[ao]))"
_TIME = re.compile(
    rf"\b(?:entre|d[ae]s?)\s+(?:as\s+)?(?:{_CLOCK}|[01]?\d|2[0-3])\s+(?:e|as|ate|a)\s+(?:as\s+)?"
    rf"(?:{_HOUR}|{_BARE_HOUR})(?!\s*(?:dias?|mega|reais|parcelas?)\b)"
    rf"|\b(?:{_UNTIL})(?:{_HOUR}|{_BARE_HOUR})"
    rf"|\b(?:la\s+)?(?:pelas|as|la\s+pras)\s+(?:{_HOUR}|{_BARE_HOUR})"
    rf"|(?<![\w:.,/])(?:[01]?\d|2[0-3])[:h][0-5]\d(?![:\d]|[.,]\d){_OF_DAY}?"
    rf"|(?<![\w:.,/])(?:[01]?\d|{_HOUR_WORD})(?:(?:\s?(?:h|hs|horas?)){_OF_DAY}|\s+(?:e\s+meia\s+)?da\s+(?:manha|tarde|noite))\b"
    r"|\b(?:antes|depois|hora)\s+d[oa]\s+(?:almoco|trabalho|servico|escola|expediente)\b"
    r"|\b(?:fim|final)\s+d[ao]\s+(?:dia|tarde|expediente)\b|\bmeio\W?dia\b"
    rf"|\b(?:de|da|a|na|pela|logo\s+de|no\s+periodo\s+da|durante\s+a|so\s+de|so\s+a)\s+{_PART}(?:\s+cedo)?"
)
# Said right behind its day, an hour needs no "às", and a part of the day no preposition.
_AFTER_DAY = re.compile(rf"\s?,?\s?(?P<time>{_HOUR}|(?:bem\s+)?cedo\b|{_PART})")
_JOINT = re.compile(r"\s?[,;-]?\s?(?:(?:de|da|do|na|no|pra|la)\s+)?")


@dataclass(frozen=True)
class _Piece:
    value: str
    start: int
    end: int


def dates(folded: str) -> Iterator[Entity]:
    """The days and times in a folded text, a time joined to the day beside it ("quinta de manha")."""
    times = [_Piece(_words(match.group()), *match.span()) for match in _TIME.finditer(folded)]
    for day in _days(folded):
        before = next((time for time in times if time.end <= day.start and _joined(folded, time.end, day.start)), None)
        after = next((time for time in times if time.start >= day.end and _joined(folded, day.end, time.start)), None)
        near = _AFTER_DAY.match(folded, day.end)
        time = after or (_Piece(_words(near["time"]), *near.span("time")) if near else before)
        if time is None:
            yield Entity("date", day.value, day.start, day.end)
            continue
        yield Entity("date", f"{day.value} {time.value}", min(day.start, time.start), max(day.end, time.end))
    for time in times:
        yield Entity("date", time.value, time.start, time.end)


def _days(folded: str) -> Iterator[_Piece]:
    for match in _NUMERIC.finditer(folded):
        day, month, year = int(match[1]), int(match[2] or match[5]), match[3] or match[6]
        value = _iso(day, month, year)
        if value is not None and not folded[: match.start()].endswith("parcela "):
            yield _Piece(value, *match.span())
    for match in _DAY.finditer(folded):
        words = _words(match.group())
        in_month = _IN_MONTH.fullmatch(words)
        if in_month is None:
            number = _DAY_NUMBER.match(words)
            if number is None or 1 <= day_number(number[1]) <= 31:
                yield _Piece(words, *match.span())
            continue
        value = _iso(day_number(in_month[1]), MONTHS.index(in_month[2]) + 1, in_month[3])
        if value is not None:
            yield _Piece(value, *match.span())


def day_number(words: str) -> int:
    """The number that NUMBER matched: figures, or words such as "vinte e um"; 0 for anything else."""
    if words.isdigit():
        return int(words)
    return 1 if words == "primeiro" else sum(SMALL.get(word, 0) for word in words.split())


def _words(text: str) -> str:
    return " ".join(text.split())


def _joined(folded: str, start: int, end: int) -> bool:
    return end - start < 12 and _JOINT.fullmatch(folded, start, end) is not None


def _iso(day: int, month: int, year: str | None) -> str | None:
    full = 2000 + int(year) if year and len(year) == 2 else int(year or 2000)  # 2000 had a 29 February
    try:
        value = datetime.date(full, month, day)
    except ValueError:
        return None
    return value.isoformat() if year else f"--{value.month:02d}-{value.day:02d}"
