"""The schedule that pacing is measured against."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bench.ideal import Pace, departures

META = Pace(per_second=80, pair_seconds=6, burst=45)


def test_number_sends_at_its_pace_when_nobody_gets_too_much() -> None:
    times = departures([f"person {n}" for n in range(160)], META)
    assert times == pytest.approx([n / 80 for n in range(160)])


def test_person_gets_a_burst_and_then_one_every_few_seconds() -> None:
    times = departures(["ana"] * 48, META)
    assert times[44] == pytest.approx(44 / 80)
    assert [round(after - before, 3) for before, after in pairwise(times[45:])] == [6.0, 6.0]
    assert times[45] == pytest.approx(6.0, abs=0.001)


def test_others_go_first_while_one_person_has_to_wait() -> None:
    times = departures(["ana"] * 46 + ["bruno"], META)
    assert times[45] == pytest.approx(45 / 80)
    assert times[46] == pytest.approx(6.0, abs=0.001)
