"""RouterOS's words and times: every form of a length, the limit, and both forms of a date."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from provisioning.routeros.times import on_our_clock, seconds_up
from provisioning.routeros.wire import WireError, encode_length, encode_sentence, read_sentence, shown


@pytest.mark.parametrize(
    ("length", "coded"),
    [
        (0x7F, "7f"),
        (0x80, "8080"),
        (0x3FFF, "bfff"),
        (0x4000, "c04000"),
        (0x1FFFFF, "dfffff"),
        (0x200000, "e0200000"),
        (0xFFFFFFF, "efffffff"),
        (0x10000000, "f010000000"),
        (0xFFFFFFFF, "f0ffffffff"),
    ],
)
def test_length_has_the_shortest_form_on_both_sides_of_every_border(length: int, coded: str) -> None:
    assert encode_length(length).hex() == coded


@pytest.mark.parametrize("length", [1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000])
def test_word_is_read_as_it_was_written(length: int) -> None:
    wire = io.BytesIO(encode_sentence(["x" * length, "=a=b"]))

    assert read_sentence(wire.read, limit=1 << 22) == ["x" * length, "=a=b"]


def test_sentence_over_the_limit_is_refused_before_it_is_read() -> None:
    asked: list[int] = []
    wire = io.BytesIO(b"\xf0\xff\xff\xff\xff")

    def read(size: int) -> bytes:
        asked.append(size)
        return wire.read(size)

    with pytest.raises(WireError):
        read_sentence(read)
    assert max(asked) == 4


def test_control_byte_is_no_length() -> None:
    with pytest.raises(WireError):
        read_sentence(io.BytesIO(b"\xf8\x00\x00").read)


def test_bytes_of_an_old_code_page_come_back_unchanged_and_are_shown_harmlessly() -> None:
    wire = b"\x05Jo\xe3o!\x00"
    words = read_sentence(io.BytesIO(wire).read)

    assert encode_sentence(words) == wire
    assert shown(words[0]) == "Jo�o!"


@pytest.mark.parametrize(("text", "seconds"), [("1h2m3s", 3723), ("3w2d4h", 2001600), ("", None), ("soon", None)])
def test_uptime_is_seconds_or_nothing(text: str, seconds: int | None) -> None:
    assert seconds_up(text) == seconds


@pytest.mark.parametrize("text", ["nov/26/2026 11:00:00", "2026-11-26 11:00:00"])
def test_moment_is_as_long_ago_as_on_the_clock_of_the_router(text: str) -> None:
    now = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)

    assert on_our_clock(text, "2026-11-26 12:00:00", now) == datetime(2026, 11, 26, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["jan/01/1970 00:00:00", "2027-01-01 00:00:00", "ontem"])
def test_moment_is_nothing_when_it_cannot_have_been(text: str) -> None:
    assert on_our_clock(text, "2026-11-26 12:00:00", datetime(2026, 11, 26, tzinfo=UTC)) is None
