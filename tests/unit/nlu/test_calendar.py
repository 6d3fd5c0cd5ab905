"""What was said about a day means days of the calendar and a time, seen from today."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import entities
from nlu.entities.calendar import resolve_date

THURSDAY = date(2026, 11, 26)


def said(text: str, today: date = THURSDAY) -> tuple[str, str, str]:
    (entity,) = [entity for entity in entities(text) if entity.kind == "date"]
    resolved = resolve_date(entity.value, today)
    assert resolved is not None, entity.value
    return resolved[0].isoformat(), resolved[1].isoformat(), resolved[2]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hoje", "2026-11-26"),
        ("hoje, quinta", "2026-11-26"),
        ("amanhã", "2026-11-27"),
        ("depois de amanhã", "2026-11-28"),
        ("ontem", "2026-11-25"),
        ("anteontem", "2026-11-24"),
        ("sexta", "2026-11-27"),
        ("quinta", "2026-12-03"),
        ("quarta-feira", "2026-12-02"),
        ("2ª feira", "2026-11-30"),
        ("próxima sexta", "2026-11-27"),
        ("domingo", "2026-11-29"),
        ("sexta da semana que vem", "2026-12-04"),
        ("sexta passada", "2026-11-20"),
        ("dia 10", "2026-12-10"),
        ("dia dez", "2026-12-10"),
        ("dia primeiro", "2026-12-01"),
        ("dia 27", "2026-11-27"),
        ("dia 26", "2026-12-26"),
        ("dia 31", "2026-11-30"),
        ("dia 5 do mês que vem", "2026-12-05"),
        ("dia 31 do mês que vem", "2026-12-31"),
        ("10/12", "2026-12-10"),
        ("10/11", "2026-11-10"),
        ("10/01", "2027-01-10"),
        ("26/11", "2026-11-26"),
        ("3 de março de 2027", "2027-03-03"),
        ("daqui a 3 dias", "2026-11-29"),
        ("daqui a quinze dias", "2026-12-11"),
        ("daqui duas semanas", "2026-12-10"),
        ("daqui a um mês", "2026-12-26"),
    ],
)
def test_resolve_date_gives_the_one_day_that_is_meant(text: str, day: str) -> None:
    assert said(text) == (day, day, "")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("semana que vem", "2026-11-30", "2026-12-06"),
        ("essa semana", "2026-11-26", "2026-11-29"),
        ("semana passada", "2026-11-16", "2026-11-22"),
        ("mês que vem", "2026-12-01", "2026-12-31"),
        ("esse mês", "2026-11-26", "2026-11-30"),
        ("mês passado", "2026-10-01", "2026-10-31"),
        ("fim do mês", "2026-11-24", "2026-11-30"),
        ("começo do mês", "2026-12-01", "2026-12-07"),
        ("meio do mês que vem", "2026-12-11", "2026-12-20"),
        ("fim de semana", "2026-11-28", "2026-11-29"),
        ("entre os dias 8 e 12", "2026-12-08", "2026-12-12"),
    ],
)
def test_resolve_date_gives_the_span_of_days_that_is_meant(text: str, first: str, last: str) -> None:
    assert said(text) == (first, last, "")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("amanhã de manhã", "morning"),
        ("amanhã cedo", "morning"),
        ("amanhã à tarde", "afternoon"),
        ("amanhã depois do almoço", "afternoon"),
        ("amanhã à noite", "evening"),
        ("amanhã às 14h", "14:00"),
        ("amanhã 9h30", "09:30"),
        ("amanhã às 2 da tarde", "14:00"),
        ("amanhã às 8 da noite", "20:00"),
        ("amanhã às nove e meia", "09:30"),
        ("amanhã às 2", "14:00"),
        ("amanhã meio-dia", "12:00"),
        ("amanhã depois das 18h", "18:00"),
        ("amanhã entre 8 e 12", "morning"),
        ("amanhã das 13:00 às 17:00", "afternoon"),
        ("amanhã entre 2 e 5", "afternoon"),
        ("amanhã entre 9 e 17", ""),
        ("amanhã antes das 10", "morning"),
        ("amanhã até as 17h", ""),
    ],
)
def test_resolve_date_gives_the_time_beside_the_day(text: str, time: str) -> None:
    assert said(text) == ("2026-11-27", "2026-11-27", time)


@pytest.mark.parametrize(("text", "time"), [("de tarde", "afternoon"), ("às 14h", "14:00"), ("até as 17h", "")])
def test_resolve_date_means_today_when_only_a_time_is_said(text: str, time: str) -> None:
    assert said(text) == ("2026-11-26", "2026-11-26", time)


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("dia 31", date(2026, 11, 30), "2026-12-31"),
        ("dia 30", date(2027, 1, 31), "2027-02-28"),
        ("dia 29", date(2028, 2, 10), "2028-02-29"),
        ("dia 10", date(2026, 12, 10), "2027-01-10"),
        ("daqui a um mês", date(2027, 1, 31), "2027-02-28"),
        ("29/02", date(2027, 1, 31), "2027-02-28"),
        ("02/01", date(2026, 12, 31), "2027-01-02"),
        ("30/12", date(2027, 1, 2), "2026-12-30"),
        ("amanhã", date(2026, 12, 31), "2027-01-01"),
    ],
)
def test_resolve_date_holds_at_the_ends_of_months_and_years(text: str, today: date, day: str) -> None:
    assert said(text, today) == (day, day, "")


@pytest.mark.parametrize("value", ["", "boleto", "2026-02-31", "dia 99", "9999-99-99"])
def test_resolve_date_is_none_when_no_day_is_said(value: str) -> None:
    assert resolve_date(value, THURSDAY) is None


WORDS = (
    "dia", "10", "31", "99", "amanha", "sexta", "feira", "que vem", "semana", "passada", "fim do mes", "as", "14h",
    "25h", "entre", "e", "8", "--02-29", "2026-12-10", "daqui a", "noventa", "mes", "de manha", "da", "tarde", "as 24",
    "meia",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_resolve_date_never_raises_and_never_ends_before_it_begins(words: list[str], today: date) -> None:
    resolved = resolve_date(" ".join(words), today)
    assert resolved is None or resolved[0] <= resolved[1]


@given(
    st.lists(st.sampled_from((*WORDS, "feira", ",", "3", "depois", "almoco", "hora", "12/10", "31/02")), max_size=10)
)
def test_resolve_date_understands_every_date_that_is_found(words: list[str]) -> None:
    for entity in entities(" ".join(words)):
        if entity.kind == "date":
            assert resolve_date(entity.value, THURSDAY) is not None
