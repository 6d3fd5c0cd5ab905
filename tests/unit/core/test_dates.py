"""Dates and hours in the provider's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core import dates

ZONE = "America/Sao_Paulo"
NOW = datetime(2026, 12, 4, 15, 0, tzinfo=UTC)


def test_format_date_writes_day_month_year() -> None:
    assert dates.format_date(date(2026, 12, 5)) == "05/12/2026"


def test_local_date_is_still_today_when_utc_is_tomorrow() -> None:
    late = datetime(2026, 12, 5, 1, 30, tzinfo=UTC)
    assert dates.local_date(late, ZONE) == date(2026, 12, 4)
    assert dates.local_date(late, "America/Noronha") == date(2026, 12, 4)
    assert dates.local_date(late + timedelta(hours=2), ZONE) == date(2026, 12, 5)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (2, "hoje às 14h"),
        (2.5, "hoje às 14h30"),
        (13, "amanhã à 1h"),
        (12, "amanhã às 0h"),
        (26, "amanhã às 14h"),
        (-22, "ontem às 14h"),
        (72, "segunda-feira, 07/12, às 12h"),
        (24 * 7, "11/12/2026 às 12h"),
        (24 * 40, "13/01/2027 às 12h"),
    ],
)
def test_format_when_says_it_as_people_do(hours: float, text: str) -> None:
    assert dates.format_when(NOW + timedelta(hours=hours), NOW, ZONE) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (2, "hoy a las 14h"),
        (13, "mañana a la 1h"),
        (-22, "ayer a las 14h"),
        (72, "lunes, 07/12, a las 12h"),
        (24 * 7, "11/12/2026 a las 12h"),
    ],
)
def test_format_when_says_it_in_the_language_of_the_customers(hours: float, text: str) -> None:
    assert dates.format_when(NOW + timedelta(hours=hours), NOW, ZONE, "es") == text


def test_local_time_refuses_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.local_date(datetime(2026, 12, 5), ZONE)  # noqa: DTZ001
