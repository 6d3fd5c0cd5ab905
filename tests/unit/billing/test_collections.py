"""Which step is due when: within the hours, the latest only, for nothing that is held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.collections import plan_steps, step_key
from billing.collections_policy import CADENCE, CollectionsPolicy, Step, collecting_of
from billing.open_hours import Hours, OpenHours
from core.errors import Misconfigured
from models.provider import Provider
from tests.unit.billing.build import an_invoice

ZONE = "America/Sao_Paulo"
HOURS = OpenHours(ZONE, "SP", Hours(8, 20), Hours(9, 14))
POLICY = CollectionsPolicy()
# A Wednesday without a holiday near, 9h in São Paulo.
NOW = datetime(2026, 8, 12, 12, tzinfo=UTC)
TODAY = date(2026, 8, 12)


def due(days: int, *history: str, **more: object) -> list[tuple[str, bool]]:
    """(step, missed) for an invoice that fell due so many days ago."""
    invoice = an_invoice(due_date=TODAY - timedelta(days=days), **more)
    known = {step_key(invoice.ref, name) for name in history}
    return [(one.step.name, one.missed) for one in plan_steps([invoice], known, POLICY, NOW, HOURS)]


@pytest.mark.parametrize(
    ("days", "history", "steps"),
    [
        (-4, (), []),
        (-3, (), [("before", False)]),
        (0, ("before",), [("due", False)]),
        (1, ("before",), [("due", True)]),
        (3, ("before", "due"), [("after_3", False)]),
        (3, ("before", "due", "after_3"), []),
        (8, (), [("before", True), ("due", True), ("after_3", True), ("after_7", False)]),
        (121, (), []),
    ],
)
def test_only_the_latest_step_is_sent_after_a_downtime(
    days: int, history: tuple[str, ...], steps: list[tuple[str, bool]]
) -> None:
    assert due(days, *history) == steps


def test_notice_of_suspension_is_sent_although_another_step_has_come_since() -> None:
    policy = CollectionsPolicy(steps=(*CADENCE, Step("after_20", 20, "invoice_overdue")))
    invoice = an_invoice(due_date=TODAY - timedelta(days=20))
    found = plan_steps([invoice], set(), policy, NOW, HOURS)
    assert [one.step.name for one in found if not one.missed] == ["suspension_notice", "after_20"]


@pytest.mark.parametrize("more", [{"hold": "disputed"}, {"hold": "negotiation"}, {"status": "paid"}])
def test_nothing_is_due_for_what_is_held_or_paid(more: dict[str, str]) -> None:
    assert due(3, **more) == []


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-08-12T07:59-03:00", False, "2026-08-12T08:00-03:00"),
        ("2026-08-12T19:59-03:00", True, "2026-08-12T19:59-03:00"),
        ("2026-08-14T20:00-03:00", False, "2026-08-15T09:00-03:00"),
        ("2026-08-15T14:00-03:00", False, "2026-08-17T08:00-03:00"),
        ("2026-09-04T21:00-03:00", False, "2026-09-05T09:00-03:00"),
        ("2026-09-07T10:00-03:00", False, "2026-09-08T08:00-03:00"),
        ("2026-07-09T10:00-03:00", False, "2026-07-10T08:00-03:00"),
    ],
)
def test_hours_close_at_night_on_sundays_and_on_holidays(moment: str, is_open: bool, opens: str) -> None:
    now = datetime.fromisoformat(moment)
    assert (HOURS.open_at(now), HOURS.next_opening(now)) == (is_open, datetime.fromisoformat(opens))


def _row(size: str, **terms: object) -> Provider:
    return Provider(timezone=ZONE, state="SP", size=size, policies={"collections": terms})


def test_notice_of_fewer_days_is_for_micro_providers_only() -> None:
    assert collecting_of(_row("micro", notice_days=5), local=True).policy.notice_days == 5
    with pytest.raises(Misconfigured, match="15"):
        collecting_of(_row("ppp", notice_days=14), local=True)


def test_external_erp_goes_on_collecting_by_itself_until_somebody_decides() -> None:
    ours, theirs = (collecting_of(_row("ppp"), local=local).policy for local in (True, False))
    assert (ours.enabled, ours.suspends, theirs.enabled, theirs.suspends) == (True, "ours", False, "erp")


@pytest.mark.parametrize(
    "terms",
    [
        {"enabld": True},
        {"suspends": "sometimes"},
        {"weekdays": [20, 8]},
        {"end_after_days": 30},
        {"restore_hours": 48},
        {"steps": [{"name": "x", "days": 1, "template": "survey"}]},
        {"steps": [{"name": "suspension_notice", "days": -1, "template": "suspension_notice"}]},
        {"dispute_days": 45},
    ],
)
def test_terms_that_are_wrong_or_break_the_law_are_refused(terms: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match="collections"):
        collecting_of(_row("ppp", **terms), local=True)
