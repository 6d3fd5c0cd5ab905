"""The time in what was said about a day: "às 14h" is 14:00, "depois do almoço" the afternoon."""

from __future__ import annotations

import re

from nlu.entities.numerals import SMALL

_HOUR_WORD = "uma|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze"
_HOUR = (
    rf"(?P<hour>\d{{1,2}}|{_HOUR_WORD})(?:\s?(?:hs?|hrs|horas?|:)\s?(?P<minute>[0-5]\d)?)?(?P<half>\se\smeia)?"
    r"(?:\sd[ae]\s(?P<of>manha|tarde|noite))?"
)
_RANGE = re.compile(
    r"\b(?:entre|d[ae]s?) (?:as )?(?P<from>\d{1,2})(?:\s?(?:hs?|hrs|horas?|:)\s?\d{0,2})? (?:e|as|ate|a) (?:as )?"
    r"(?P<to>\d{1,2})(?!\d)(?:\s?(?:hs?|hrs|horas?|:)\s?\d{0,2})?(?: d[ae] (?P<of>manha|tarde|noite))?"
)
_BEFORE = re.compile(rf"\b(?:antes d(?:e|as|a)|ate(?: as)?) {_HOUR}")
_AT = re.compile(rf"\b(?:as|das|da|de|pelas|pras|apartir) {_HOUR}(?![\w-])")
_CLOCK = re.compile(
    r"(?<![\d-])(?P<hour>[01]?\d|2[0-4])(?:\s?(?:hs?|hrs|horas?)|:(?=\d))\s?(?P<minute>[0-5]\d)?(?!\d)(?P<half>\se\smeia)?"
    r"(?:\sd[ae]\s(?P<of>manha|tarde|noite))?"
)
_OF_DAY = re.compile(
    rf"\b(?P<hour>\d{{1,2}}|{_HOUR_WORD})(?P<minute>)(?P<half>\se\smeia)?(?:\shoras?)?\sda\s(?P<of>manha|tarde|noite)\b"
)
_PARTS = (
    (re.compile(r"\bmeio\W?dia\b|\bhora d[oa] almoco\b"), "12:00"),
    (re.compile(r"\bantes d[oa] almoco\b|\bcedo\b|\bmanha|\bmanhazinha\b"), "morning"),
    (
        re.compile(r"\bdepois d[oa] almoco\b|\btarde|\btardinha\b|\b(?:fim|final) d[oa] (?:dia|expediente)\b"),
        "afternoon",
    ),
    (re.compile(r"\bnoit|\bdepois d[oa] (?:trabalho|servico|escola|expediente)\b"), "evening"),
    (re.compile(r"\bantes d[oa] (?:trabalho|servico|escola|expediente)\b"), "morning"),
)
_NOON, _EVENING = 12, 18


def part_of_day(value: str) -> str | None:
    """The time in the value of a `date` entity: "morning", "afternoon", "evening", "HH:MM", or None where none is said.

    "" stands for a time that is said but lies in no single part ("até as 17h"). "Depois das 18h" is 18:00. Hours 1 to
    5 without a part of the day are in the afternoon: nobody visits or calls in the night.
    """
    span = _RANGE.search(value)
    if span is not None:
        return _part_of_range(int(span["from"]), int(span["to"]), span["of"])
    until = _BEFORE.search(value)
    if until is not None:
        hour = _hour(until)
        return None if hour is None else "morning" if hour <= _NOON else ""
    for pattern in (_CLOCK, _OF_DAY, _AT):
        match = pattern.search(value)
        if match is not None:
            hour = _hour(match)
            return None if hour is None else f"{hour:02d}:{_minute(match):02d}"
    return next((part for pattern, part in _PARTS if pattern.search(value)), None)


def _part_of_range(first: int, last: int, of: str | None) -> str:
    if of is not None:
        return {"manha": "morning", "tarde": "afternoon", "noite": "evening"}[of]
    first, last = _likely(first), _likely(last)
    if last <= _NOON:
        return "morning"
    if first >= _EVENING:
        return "evening"
    return "afternoon" if first >= _NOON and last <= _EVENING else ""


def _likely(hour: int) -> int:
    return hour + 12 if 1 <= hour <= 5 else hour


def _hour(match: re.Match[str]) -> int | None:
    said = match["hour"]
    hour = int(said) if said.isdigit() else SMALL[said]
    if hour > 24:
        return None
    if match["of"] is None:
        return _likely(hour) % 24
    if match["of"] == "manha":
        return hour % 24
    return hour + 12 if hour < 12 else 0 if match["of"] == "noite" and hour == 12 else hour % 24


def _minute(match: re.Match[str]) -> int:
    return int(match["minute"] or 0) or (30 if match["half"] else 0)
