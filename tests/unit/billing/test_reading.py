"""How amounts, days and answers of ERPs are read, and that what makes no sense is never guessed."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import reading
from billing.reading import Unreadable
from core.document import Document
from core.errors import Unreachable
from core.money import as_decimal, format_brl

CENTS = st.integers(-(10**12), 10**12)
ZONE = "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        (99.9, 9990),
        (99, 9900),
        (0, 0),
        (0.0, 0),
        (Decimal("119.90"), 11990),
        (Decimal("1E+2"), 10000),
        (Decimal("10.00000"), 1000),
        ("99.90", 9990),
        ("99.9", 9990),
        ("99,90", 9990),
        ("99,9", 9990),
        ("R$ 1.234,56", 123456),
        ("R$\u00a01.234,56", 123456),
        ("1.234.567,00", 123456700),
        (" 119,90 ", 11990),
        ("119.9000", 11990),
        ("-5,00", -500),
        (-5.5, -550),
        ("0,00", 0),
    ],
)
def test_amount_is_read_in_every_form(value: Any, cents: int) -> None:
    assert reading.amount(value, "valor") == cents


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        True,
        False,
        "a combinar",
        "10.005",
        Decimal("10.005"),
        0.1 + 0.2,
        "1.234",
        "1,234.56",
        "1.23.4",
        "99,999",
        "1_000",
        "1e3",
        "NaN",
        "Infinity",
        float("nan"),
        float("inf"),
        "\u0663,50",
        "\u0663",
        "--5",
        [9],
        {"value": 9},
    ],
)
def test_amount_that_makes_no_sense_is_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable) as failure:
        reading.amount(value, "valor")
    assert (failure.value.code, failure.value.detail) == ("unreadable_answer", "valor")


@given(CENTS)
def test_amount_comes_back_from_every_way_of_writing_it(cents: int) -> None:
    exact = as_decimal(cents)
    for written in (exact, Decimal(exact), exact.replace(".", ","), format_brl(cents), f"{exact}00"):
        assert reading.amount(written, "valor") == cents


@given(st.integers(-(10**9), 10**9))
def test_amount_comes_back_from_a_number_of_json(cents: int) -> None:
    assert reading.amount(cents / 100, "valor") == cents


@given(st.text())
def test_amount_of_any_text_is_whole_cents_or_unreadable(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(reading.amount(text, "valor"), int)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_amount_that_is_left_out_is_nothing(value: Any) -> None:
    assert reading.optional_amount(value, "juros") == 0


def test_an_amount_that_may_be_left_out_is_not_guessed_either() -> None:
    assert reading.optional_amount("2,41", "juros") == 241
    with pytest.raises(Unreadable):
        reading.optional_amount("?", "juros")


@pytest.mark.parametrize(
    "value",
    [
        "2026-09-20",
        "2026-09-20 10:00:00",
        "2026-09-20T10:00:00-03:00",
        "2026-09-20T00:00:00",
        "20/09/2026",
        "20/09/2026 10:00",
        " 20/09/2026 ",
    ],
)
def test_day_is_read_in_every_form(value: str) -> None:
    assert reading.day(value, "vencimento") == date(2026, 9, 20)


@pytest.mark.parametrize(
    "value",
    [None, "", 20, 20260920, "20260920", "2026-02-30", "31/04/2026", "00/00/0000", "2026-9-2", "20-09-2026", "amanhã"],
)
def test_day_that_makes_no_sense_is_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable, match="vencimento"):
        reading.day(value, "vencimento")


@given(st.dates())
def test_day_comes_back_from_both_ways_of_writing_it(day: date) -> None:
    assert reading.day(day.isoformat(), "dia") == day
    assert reading.day(f"{day.day:02d}/{day.month:02d}/{day.year:04d}", "dia") == day


@pytest.mark.parametrize("value", [None, "", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000"])
def test_a_day_that_is_left_out_is_none(value: Any) -> None:
    assert reading.optional_day(value, "pago") is None


def test_a_day_that_may_be_left_out_is_not_guessed_either() -> None:
    with pytest.raises(Unreadable):
        reading.optional_day("ontem", "pago")


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-09-20 18:22:24-03", datetime(2026, 9, 20, 21, 22, 24, tzinfo=UTC)),
        ("2026-09-20T18:22:24Z", datetime(2026, 9, 20, 18, 22, 24, tzinfo=UTC)),
        ("20/09/2026 18:22", datetime(2026, 9, 20, 21, 22, tzinfo=UTC)),
        ("2026-09-20", datetime(2026, 9, 20, 3, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_meant_on_the_providers_clock(value: str, at: datetime) -> None:
    assert reading.moment(value, "desde", ZONE) == at


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_ends_a_second_before_the_next_begins(day: date) -> None:
    begins = reading.day_begins(day + timedelta(days=1), ZONE)
    assert reading.day_ends(day, ZONE) + timedelta(seconds=1) == begins
    assert begins.tzinfo is UTC


@pytest.mark.parametrize("value", ["S", "s", "Sim", "SIM", 1, "1", "True", True, "true", " yes "])
def test_yes_is_heard_in_every_form(value: Any) -> None:
    assert reading.yes(value, "bloqueada")


@pytest.mark.parametrize("value", ["N", "Não", "nao", 0, "0", "False", False, None, ""])
def test_no_is_heard_in_every_form(value: Any) -> None:
    assert not reading.yes(value, "bloqueada")


@pytest.mark.parametrize("value", ["talvez", 2, -1, [], {}, "None"])
def test_what_is_neither_yes_nor_no_is_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable, match="bloqueada"):
        reading.yes(value, "bloqueada")


def test_rows_take_a_list_one_object_and_nothing() -> None:
    assert reading.rows(None, "lista") == reading.rows("", "lista") == reading.rows([], "lista") == ()
    assert reading.rows({"id": 1}, "lista") == ({"id": 1},)
    assert reading.rows([{"id": 1}, {"id": 2}], "lista") == ({"id": 1}, {"id": 2})


@pytest.mark.parametrize("value", ["erro", 5, [1], [None], [{"id": 1}, "x"]])
def test_rows_that_are_no_objects_are_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable, match="lista"):
        reading.rows(value, "lista")


def test_words_are_written_out_with_single_blanks() -> None:
    assert reading.words(None) == ""
    assert reading.words("  Rua\u00a0do \n Sol ") == "Rua do Sol"
    assert reading.words(7) == "7"


@pytest.mark.parametrize("value", ["52998224725", "529.982.247-25", " 529.982.247-25 "])
def test_a_document_is_read_with_and_without_mask(value: str) -> None:
    assert reading.document(value) == Document("cpf", "52998224725")


@pytest.mark.parametrize("value", [None, "", "52998224726", "111.111.111-11", 0])
def test_a_document_that_is_none_is_none(value: Any) -> None:
    assert reading.document(value) is None


LINE = "00190.00009 01234.567004 89012.345679 1 12350000011990"


def test_a_line_is_its_digits_and_its_check_digits_are_the_banks_matter() -> None:
    assert reading.typed_line(LINE) == "00190000090123456700489012345679112350000011990"
    assert len(reading.typed_line("8" + "1" * 47) or "") == 48


@pytest.mark.parametrize(
    "value", [None, "", "00000.00000 00000.000000 00000.00000 0 000000000000", "0" * 47, LINE[:-1], "x" * 47, 7]
)
def test_a_line_that_nobody_can_pay_is_none(value: Any) -> None:
    assert reading.typed_line(value) is None


def test_what_cannot_be_read_may_come_later_and_names_its_field_only() -> None:
    failure = Unreadable("valor")
    assert isinstance(failure, Unreachable)
    assert not failure.permanent
    assert not failure.ambiguous


def test_what_cannot_be_read_after_a_write_leaves_open_whether_it_was_done() -> None:
    with pytest.raises(Unreadable) as failure, reading.after_writing():
        reading.amount("?", "valor")
    assert failure.value.ambiguous
