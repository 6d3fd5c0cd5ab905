"""An outbound message only moves forward, in whatever order its receipts come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.message import Message

RECEIPTS = ("accepted", "sent", "delivered", "read", "failed")


def _end(start: str, receipts: list[str]) -> str:
    message = Message(status=start)
    for receipt in receipts:
        message.advance(receipt)
    return message.status


def _expected(receipts: list[str]) -> str:
    """Seen by the customer's phone beats failed, failed beats everything earlier."""
    for state in ("read", "delivered", "failed", "sent", "accepted"):
        if state in receipts:
            return state
    return "sending"


@given(receipts=st.lists(st.sampled_from(RECEIPTS), max_size=8), start=st.sampled_from(["sending", "unknown"]))
def test_state_depends_only_on_which_receipts_came(receipts: list[str], start: str) -> None:
    assert _end(start, receipts) == (_expected(receipts) if receipts else start)


@given(order=st.permutations(["sent", "delivered", "read", "sent", "delivered"]))
def test_read_is_reached_in_any_order(order: list[str]) -> None:
    assert _end("accepted", order) == "read"


@pytest.mark.parametrize(
    ("before", "receipt", "after"),
    [
        ("failed", "sent", "failed"),
        ("failed", "accepted", "failed"),
        ("failed", "delivered", "delivered"),
        ("delivered", "failed", "delivered"),
        ("sent", "failed", "failed"),
        ("read", "delivered", "read"),
        ("accepted", "nonsense", "accepted"),
        ("unknown", "failed", "failed"),
    ],
)
def test_state_after_one_receipt(before: str, receipt: str, after: str) -> None:
    message = Message(status=before)
    assert message.advance(receipt) is (before != after)
    assert message.status == after


@pytest.mark.parametrize("state", [*RECEIPTS, "queued", "sending", "unknown"])
def test_repeated_receipt_changes_nothing(state: str) -> None:
    message = Message(status=state)
    assert message.advance(state) is False
    assert message.status == state
