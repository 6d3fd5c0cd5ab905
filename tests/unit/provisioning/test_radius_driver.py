"""The RADIUS driver's decisions, second by second, without any second passing."""

from __future__ import annotations

import pytest

from core.errors import Unreachable
from provisioning.ports import Outcome
from provisioning.radius.access import RadiusAccess
from provisioning.radius.messages import Answer
from tests.unit.provisioning.fakes import ACK, NOT_FOUND, SILENCE, FakeClock, FakeNas, FakeTables, a_session


class Bench:
    """A driver with its fakes, and what it said."""

    def __init__(self, tables: FakeTables, *answers: Answer, settle_seconds: float = 10.0) -> None:
        self.tables, self.clock, self.lines = tables, FakeClock(), list[str]()
        self.nas = FakeNas(tables, *answers)
        self.access = RadiusAccess(
            tables, self.nas, suspended_group="suspenso", settle_seconds=settle_seconds, clock=self.clock
        )

    def release(self, *, doubtful: bool = False) -> Outcome:
        return self.access.set_blocked("bruno.lima", False, self.lines.append, doubtful=doubtful)

    def block(self) -> Outcome:
        return self.access.set_blocked("bruno.lima", True, self.lines.append)

    def comes_online(self, row: int, *, accept: int | None = None) -> None:
        self.tables.sessions.append(a_session(row))
        if accept is not None:
            self.tables.last_accept = accept


def test_release_ends_before_the_settling_time_when_everything_was_acknowledged() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]))

    outcome = bench.release()

    assert (outcome.result, outcome.code, outcome.facts["online"]) == ("verified", "settled", False)
    assert bench.nas.asked == [1]
    assert 3.0 <= bench.clock.now < 4.0


def test_release_ends_at_once_when_a_later_authentication_brings_a_session() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)], last_accept=7))
    bench.clock.at(1.0, lambda: bench.comes_online(2, accept=8))

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert bench.nas.asked == [1]
    assert bench.clock.now < 1.6


def test_release_waits_the_whole_settling_time_when_nobody_is_online() -> None:
    bench = Bench(FakeTables())

    assert bench.release().result == "verified"
    assert bench.clock.now == pytest.approx(10.0)
    assert bench.nas.asked == []


def test_release_drops_a_session_that_authenticated_before_the_change_and_started_after_it() -> None:
    bench = Bench(FakeTables(last_accept=7))
    bench.clock.at(2.0, lambda: bench.comes_online(2))
    bench.clock.at(4.0, lambda: bench.comes_online(3, accept=8))

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert bench.nas.asked == [2]


def test_release_drops_the_session_in_between_when_the_nas_acknowledged_the_older_one() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)], last_accept=7))
    bench.clock.at(2.0, lambda: bench.comes_online(2))
    bench.clock.at(4.0, lambda: bench.comes_online(3, accept=8))

    assert bench.release().result == "verified"
    assert bench.nas.asked == [1, 2]


def test_release_drops_a_fast_redial_once_when_authentications_are_not_logged() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]))
    bench.clock.at(1.0, lambda: bench.comes_online(2))
    bench.clock.at(2.0, lambda: bench.comes_online(3))

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert bench.nas.asked == [1, 2]


def test_release_believes_a_late_redial_when_authentications_are_not_logged() -> None:
    bench = Bench(FakeTables())
    bench.clock.at(4.0, lambda: bench.comes_online(2))

    assert bench.release().code == "online"
    assert bench.nas.asked == []


def test_release_does_not_trust_an_authentication_of_the_very_moment() -> None:
    bench = Bench(FakeTables(last_accept=7))
    bench.clock.at(0.5, lambda: bench.comes_online(2, accept=8))
    bench.clock.at(1.5, lambda: bench.comes_online(3, accept=9))

    assert bench.release().result == "verified"
    assert bench.nas.asked == [2]


def test_release_asks_again_until_acknowledged_when_the_nas_was_silent_at_first() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]), SILENCE, SILENCE, ACK)

    assert bench.release().result == "verified"
    assert bench.nas.asked == [1, 1, 1]
    assert sum("sem resposta" in line for line in bench.lines) == 1


def test_release_is_unknown_when_the_nas_stays_silent() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]), SILENCE)

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("unknown", "nas_silent")
    assert bench.clock.now == pytest.approx(10.0)
    assert not any("liberado" in line for line in bench.lines)


def test_release_is_unknown_when_the_nas_refuses() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]), Answer("nak", 501))

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("unknown", "nas_refused")
    assert outcome.facts["nas"][0]["answer"] == "NAK 501 Administratively-Prohibited"


def test_release_is_unknown_when_one_of_two_sessions_is_stale_and_the_other_silent() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1), a_session(2)]), NOT_FOUND, SILENCE, settle_seconds=1)

    assert bench.release().code == "nas_silent"


def test_release_is_verified_and_says_so_when_only_accounting_is_stale() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)]), NOT_FOUND)

    outcome = bench.release()

    assert (outcome.result, outcome.code) == ("verified", "stale_session")
    assert bench.clock.now == pytest.approx(10.0)
    assert any("registro velho" in line for line in bench.lines)


def test_release_is_already_when_it_is_so_and_nothing_is_in_doubt() -> None:
    bench = Bench(FakeTables(blocked=False, sessions=[a_session(1)]))

    assert bench.release().result == "already"
    assert (bench.tables.writes, bench.nas.asked) == ([], [])


def test_release_drops_open_sessions_when_an_earlier_try_left_doubt() -> None:
    bench = Bench(FakeTables(blocked=False, sessions=[a_session(1)]))

    assert bench.release(doubtful=True).result == "verified"
    assert bench.nas.asked == [1]


def test_release_is_refused_when_the_login_is_unknown() -> None:
    bench = Bench(FakeTables(known=False))

    assert bench.release().code == "unknown_login"
    assert bench.tables.writes == []


def test_release_fails_when_somebody_puts_the_row_back() -> None:
    bench = Bench(FakeTables(put_back=True), settle_seconds=1)

    assert (bench.release().result, bench.release().code) == ("failed", "changed_by_another")


def test_block_fails_when_another_group_still_comes_first() -> None:
    bench = Bench(FakeTables(plan_first=True), settle_seconds=1)

    assert (bench.block().result, bench.block().code) == ("failed", "another_group_comes_first")


def test_block_drops_the_open_session() -> None:
    bench = Bench(FakeTables(blocked=False, sessions=[a_session(1)]))

    assert bench.block().result == "verified"
    assert bench.tables.writes == [True]
    assert bench.nas.asked == [1]


def test_release_says_that_something_may_have_changed_when_the_database_goes_away_after_the_write() -> None:
    bench = Bench(FakeTables(broken_after_writes=True))

    with pytest.raises(Unreachable) as failure:
        bench.release()

    assert failure.value.ambiguous


def test_release_tells_every_session_once_when_there_is_no_settling_time() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1), a_session(2)]), settle_seconds=0)

    assert bench.release().result == "verified"
    assert bench.nas.asked == [1, 2]


def test_release_is_verified_when_the_subscriber_is_back_although_an_older_nas_is_silent() -> None:
    bench = Bench(FakeTables(sessions=[a_session(1)], last_accept=7), SILENCE)
    bench.clock.at(2.0, lambda: bench.comes_online(2, accept=8))

    assert (bench.release().result, bench.nas.asked[-1]) == ("verified", 1)


def test_block_is_unknown_when_an_older_nas_is_silent_although_a_new_session_is_held_back() -> None:
    bench = Bench(FakeTables(blocked=False, sessions=[a_session(1)], last_accept=7), SILENCE)
    bench.clock.at(2.0, lambda: bench.comes_online(2, accept=8))

    assert bench.block().result == "unknown"


def test_block_goes_on_asking_the_older_nas_when_a_new_session_is_already_held_back() -> None:
    bench = Bench(FakeTables(blocked=False, sessions=[a_session(1)], last_accept=7), *[SILENCE] * 8, ACK)
    bench.clock.at(2.0, lambda: bench.comes_online(2, accept=8))

    assert bench.block().result == "verified"
    assert bench.nas.asked == [1] * 9
