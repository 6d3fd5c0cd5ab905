"""The trust policy as a table: who may have the signal back, who may not, and by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.records import Invoice
from billing.trust_unlock import Denied, Eligible, Policy, Promise, assess, reservation_key
from tests.unit.billing.build import TODAY, a_contract, an_invoice

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
POLICY = Policy()
BLOCKED = a_contract(status="blocked")


def due(days_ago: int, ref: str = "i-1", cents: int = 11990) -> Invoice:
    return an_invoice(ref=ref, due_date=TODAY - timedelta(days=days_ago), amount_cents=cents)


def promise(days_ago: int, kept: bool | None = True, hours: int = 72) -> Promise:
    granted = NOW - timedelta(days=days_ago)
    return Promise(granted, granted + timedelta(hours=hours), kept)


def test_assess_offers_until_when_and_what_stays_owed_when_blocked_for_debt() -> None:
    answer = assess(BLOCKED, [due(20), due(-5, "next"), due(50, "old", 10)], [], POLICY, NOW, TODAY)
    assert answer == Eligible(NOW + timedelta(hours=72), 12000, TODAY - timedelta(days=50))


@pytest.mark.parametrize(
    ("history", "rule"),
    [
        ([promise(1, kept=None)], "active_already"),
        ([promise(10, kept=False)], "broken_promise"),
        ([promise(400, kept=False)], "broken_promise"),
        ([promise(10, kept=None)], "broken_promise"),
        ([promise(10)], "used_recently"),
        ([promise(29)], "used_recently"),
        ([promise(50, kept=False), promise(10)], "used_recently"),
        ([promise(10), promise(50, kept=False)], "used_recently"),
    ],
)
def test_assess_refuses_by_the_past_of_the_contract(history: list[Promise], rule: str) -> None:
    answer = assess(BLOCKED, [due(20)], history, POLICY, NOW, TODAY)
    assert isinstance(answer, Denied)
    assert answer.rule == rule


@pytest.mark.parametrize(
    "history", [[], [promise(30)], [promise(60, kept=False), promise(31)], [promise(40, kept=None)]]
)
def test_assess_offers_when_the_past_is_good_or_long_ago(history: list[Promise]) -> None:
    assert isinstance(assess(BLOCKED, [due(20)], history, POLICY, NOW, TODAY), Eligible)


@pytest.mark.parametrize(
    ("status", "invoices", "rule"),
    [
        ("cancelled", [due(20)], "cancelled"),
        ("active", [due(20)], "not_blocked"),
        ("blocked", [], "no_debt"),
        ("blocked", [due(0)], "no_debt"),
        ("blocked", [due(-3)], "no_debt"),
        ("blocked", [replace(due(20), contract_ref="another")], "no_debt"),
        ("blocked", [replace(due(20), status="paid")], "no_debt"),
        ("blocked", [due(61)], "too_old"),
        ("blocked", [due(5, "a"), due(61, "b")], "too_old"),
    ],
)
def test_assess_refuses_by_the_state_of_the_contract(status: str, invoices: list[Invoice], rule: str) -> None:
    answer = assess(a_contract(status=status), invoices, [], POLICY, NOW, TODAY)
    assert isinstance(answer, Denied)
    assert answer.rule == rule


def test_assess_still_offers_on_the_last_day_of_the_limit() -> None:
    assert isinstance(assess(BLOCKED, [due(60)], [], POLICY, NOW, TODAY), Eligible)


def test_denied_says_how_old_the_debt_is_when_it_is_too_old() -> None:
    answer = assess(BLOCKED, [due(75)], [], POLICY, NOW, TODAY)
    assert answer == Denied("too_old", overdue_days=75, limit_days=60)


def test_denied_says_from_when_it_is_available_again_when_used_recently() -> None:
    last = promise(10)
    answer = assess(BLOCKED, [due(20)], [last], POLICY, NOW, TODAY)
    assert answer == Denied("used_recently", available_at=last.granted_at + timedelta(days=30))
    assert answer.available_at is not None
    later = answer.available_at
    assert isinstance(assess(BLOCKED, [due(20)], [last], POLICY, later, TODAY), Eligible)


def test_denied_says_when_the_running_one_ends_when_active_already() -> None:
    running = promise(1, kept=None)
    for status in ("active", "blocked"):
        answer = assess(a_contract(status=status), [due(20)], [running], POLICY, NOW, TODAY)
        assert answer == Denied("active_already", available_at=running.expires_at)


def test_assess_forgives_a_broken_promise_when_the_policy_says_so() -> None:
    policy = Policy(refuse_after_broken_promise=False, once_per_days=7)
    assert isinstance(assess(BLOCKED, [due(20)], [promise(10, kept=False)], policy, NOW, TODAY), Eligible)


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        (Policy(plans=("Fibra 900",)), "plan"),
        (Policy(kinds=("business",)), "kind"),
        (Policy(max_open_invoices=1), "too_many_open"),
        (Policy(weekdays=(1, 2, 3, 4, 5, 6)), "weekday"),
        (Policy(refuse_after_broken_promise=False, max_broken=2), "broken_often"),
        (Policy(refuse_after_broken_promise=False, max_broken=2, broken_within_days=60), ""),
        (Policy(refuse_after_broken_promise=False, max_broken=3), ""),
        (Policy(refuse_after_broken_promise=False, plans=(BLOCKED.plan,), max_open_invoices=2, weekdays=(7,)), ""),
    ],
)
def test_each_term_of_the_provider_refuses_by_its_rule_and_only_then(policy: Policy, rule: str) -> None:
    """Asked for on a Sunday, by a private customer who owes two invoices and broke two promises."""
    past = [promise(100, kept=False), promise(50, kept=False)] if not policy.refuse_after_broken_promise else []
    answer = assess(BLOCKED, [due(20), due(30, "older")], past, policy, NOW, TODAY)
    assert (answer.rule if isinstance(answer, Denied) else "") == rule
    if rule == "weekday":
        assert isinstance(answer, Denied)
        assert answer.available_on == date(2026, 11, 23)


def test_an_unlock_lasts_as_long_as_the_plan_gives() -> None:
    policy = Policy(hours=72, hours_by_plan={BLOCKED.plan: 24, "Fibra 900": 120})
    answer = assess(BLOCKED, [due(20)], [], policy, NOW, TODAY)
    assert isinstance(answer, Eligible)
    assert answer.until == NOW + timedelta(hours=24)


@pytest.mark.parametrize(("due_before", "rule"), [(1, "broken_promise"), (0, "used_recently"), (-1, "used_recently")])
def test_a_promise_that_nobody_judged_yet_is_broken_only_by_the_debt_it_was_given_for(
    due_before: int, rule: str
) -> None:
    """What fell due on the day of the promise or later was not overdue then: it was given for something else."""
    answer = assess(BLOCKED, [due(10 + due_before)], [promise(10, kept=None)], POLICY, NOW, TODAY)
    assert isinstance(answer, Denied)
    assert answer.rule == rule


@pytest.mark.parametrize("values", [{"hours": 0}, {"once_per_days": -1}, {"max_overdue_days": 0}])
def test_policy_refuses_terms_without_sense(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"hours|once_per_days|max_overdue_days"):
        Policy(**values)  # type: ignore[arg-type]


def test_reservation_key_is_one_per_contract_and_day() -> None:
    assert reservation_key("c-1", TODAY) == reservation_key("c-1", date(2026, 11, 22))
    assert len({reservation_key(c, d) for c in ("c-1", "c-2") for d in (TODAY, TODAY + timedelta(days=1))}) == 4


@given(
    st.sampled_from(["active", "blocked", "cancelled"]),
    st.lists(st.integers(-40, 200), max_size=4),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([True, False, None])), max_size=4),
)
def test_an_offer_is_only_made_for_blocked_recent_debt_without_a_bad_past(
    status: str, dues: list[int], past: list[tuple[int, bool | None]]
) -> None:
    invoices = [due(days, f"i-{n}") for n, days in enumerate(dues)]
    history = [promise(days, kept) for days, kept in past]
    answer = assess(a_contract(status=status), invoices, history, POLICY, NOW, TODAY)
    if isinstance(answer, Eligible):
        late = [days for days in dues if days > 0]
        assert status == "blocked"
        assert 0 < max(late) <= POLICY.max_overdue_days
        assert answer.amount_cents == 11990 * len(late)
        assert all(days >= POLICY.once_per_days for days, _ in past)
