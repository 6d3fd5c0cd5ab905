"""Special days of a calendar: read as people write them, shown so that they are read as the same."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.console.admin.special_days import day_line, read_day
from handoff.staff import NotAllowed

MORNING = [["08:00", "12:00"]]


def day(date: str, name: str = "", hours: list[list[str]] | None = None, *, yearly: bool = False) -> dict[str, Any]:
    told = {"date": date, "name": name, "hours": hours or []}
    return {**told, "yearly": True} if yearly else told


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("24/12/2026", day("2026-12-24")),
        ("24/12/2026: véspera", day("2026-12-24", "véspera")),
        ("24/12/2026 véspera", day("2026-12-24", "véspera")),
        ("24/12/2026 - véspera de Natal [08:00-12:00]", day("2026-12-24", "véspera de Natal", MORNING)),
        ("24/12/2026 véspera 08:00-12:00", day("2026-12-24", "véspera", MORNING)),
        ("1/2/2027 [08:00-12:00, 13:00-18:00]", day("2027-02-01", "", [*MORNING, ["13:00", "18:00"]])),
        ("27/07: aniversário da cidade", day("2000-07-27", "aniversário da cidade", yearly=True)),
        ("27/07 08:00-12:00", day("2000-07-27", "", MORNING, yearly=True)),
        ("29/02", day("2000-02-29", yearly=True)),
        ("27/07/2026 anual: aniversário", day("2026-07-27", "aniversário", yearly=True)),
        ("2026-12-24: véspera [08:00-12:00]", day("2026-12-24", "véspera", MORNING)),
        ("2026-07-27 anual", day("2026-07-27", yearly=True)),
    ],
)
def test_day_is_read_as_people_write_it(line: str, read: dict[str, Any]) -> None:
    assert read_day(line) == read
    again = read_day(day_line(read))
    assert again | {"date": ""} == read | {"date": ""}
    assert again["date"][5:] == read["date"][5:]


@pytest.mark.parametrize("line", ["Natal", "24/12/26", "31/02/2026", "2026-02-31", "24/13", "24.12.2026", "24/12 [8"])
def test_what_cannot_be_read_says_what_is_expected(line: str) -> None:
    with pytest.raises(NotAllowed, match="24/12/2026 ou, todo ano, 24/12") as refused:
        read_day(line)
    assert line in str(refused.value)
