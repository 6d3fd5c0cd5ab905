"""What sending costs: priced by receipts; counted by day, reason, category, conversation, and solved request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from cli_channels import costs_command
from core.db import Database
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from tests.integration.doors import bring
from tests.integration.outgoing import a_chat, a_delivery, an_answer, the_message
from tests.unit.webhooks.payloads import BRUNO, meta, status, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Sent
from webhooks.costs import Costs, read_costs
from webhooks.deliver import deliver

CARLA = "5512981110003"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _costs(db: Database, since: datetime = LONG_AGO) -> Costs:
    with db.transaction() as session:
        return read_costs(session, since)


def _sent(db: Database, chat: int, *, price: dict[str, object] | None = None, **more: Any) -> int:
    """A message that was sent and, where `price` is given, delivered at that price."""
    id_, channel = an_answer(db, chat, **more), FakeChannel()
    channel.script = [lambda message: Sent(f"wamid.{id_}")]
    deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    if price:
        bring(db, meta(value(statuses=[status(f"wamid.{id_}", "delivered", pricing=price)])))
    return id_


def _close(db: Database, chat: int) -> None:
    with db.transaction() as session:
        closed = {"handler": "closed", "closed_at": utc_now()}
        session.execute(update(Conversation).where(Conversation.id == chat).values(**closed))


SERVICE: dict[str, object] = {"billable": True, "category": "service", "type": "regular"}
FREE: dict[str, object] = {"billable": False, "category": "service", "type": "free_customer_service"}
UTILITY: dict[str, object] = {"billable": True, "category": "utility", "type": "regular"}


def test_receipt_says_what_a_message_costs(db: Database) -> None:
    id_ = _sent(db, a_chat(db), price=UTILITY)
    message = the_message(db, id_)
    assert (message.billable, message.cost_category) == (True, "utility")
    assert message.receipts["delivered"]["pricing"] == UTILITY


@pytest.mark.parametrize("odd", ["x", [], {"billable": "yes"}, {"category": None}, {"billable": None, "category": 7}])
def test_odd_price_leaves_the_message_unpriced(db: Database, odd: object) -> None:
    id_ = _sent(db, a_chat(db))
    bring(db, meta(value(statuses=[status(f"wamid.{id_}", "delivered", pricing=odd)])))
    assert (the_message(db, id_).status, the_message(db, id_).billable) == ("delivered", None)
    assert _costs(db).unpriced == 1


def test_later_receipt_without_a_price_keeps_the_one_that_is_known(db: Database) -> None:
    id_ = _sent(db, a_chat(db), price=UTILITY)
    bring(db, meta(value(statuses=[status(f"wamid.{id_}", "read")])))
    assert (the_message(db, id_).billable, the_message(db, id_).cost_category) == (True, "utility")


def test_billed_messages_are_counted_by_day_reason_category_and_conversation(db: Database) -> None:
    chat, other = a_chat(db), a_chat(db, wa_id=BRUNO)
    for _ in range(2):
        _sent(db, chat, price=SERVICE, reason="invoice_second_copy")
    _sent(db, chat, price=FREE, reason="agent")
    _sent(db, other, price=UTILITY, reason="outage_notice")
    _sent(db, other)
    an_answer(db, other, "not sent yet")
    yesterday = utc_now() - timedelta(days=1)
    with db.transaction() as session:
        first = session.get_one(Message, 3)
        first.sending_at = yesterday
        protocols = [session.get_one(Conversation, id_).protocol for id_ in (chat, other)]
    costs = _costs(db)
    assert (costs.sent, costs.billable, costs.free, costs.unpriced) == (5, 3, 1, 1)
    assert [count for _, count in costs.by_day] == [1, 2]
    assert costs.by_day[0][0] < costs.by_day[1][0]
    assert costs.by_reason == (("invoice_second_copy", 2), ("outage_notice", 1))
    assert costs.by_category == (("service", 2), ("utility", 1))
    assert costs.by_conversation == ((protocols[0], 2), (protocols[1], 1))


def test_only_what_was_sent_since_then_counts(db: Database) -> None:
    _sent(db, a_chat(db), price=SERVICE)
    costs = _costs(db, utc_now() + timedelta(hours=1))
    assert (costs.sent, costs.by_day, costs.messages_per_resolved) == (0, (), None)


def test_messages_for_each_resolved_conversation(db: Database) -> None:
    by_bot, by_people, still_open = a_chat(db), a_chat(db, wa_id=BRUNO), a_chat(db, wa_id=CARLA)
    for price in (SERVICE, FREE, None):
        _sent(db, by_bot, price=price)
    for author in ("bot", "agent:helena", "agent:helena", "bot"):
        _sent(db, by_people, author=author)
    _sent(db, still_open)
    for chat in (by_bot, by_people):
        _close(db, chat)
    costs = _costs(db)
    # What is known to be free costs nothing; what has no price yet may cost.
    assert (costs.resolved_by_bot, costs.messages_per_resolved) == (1, 2.0)
    assert (costs.closed, costs.messages_per_closed) == (2, 3.0)


def test_nothing_sent_is_nothing_counted(db: Database) -> None:
    costs = _costs(db)
    assert (costs.sent, costs.billable, costs.closed, costs.messages_per_closed) == (0, 0, 0, None)


def test_command_shows_the_owner_what_was_billed(db: Database, database_url: str) -> None:
    chat = a_chat(db)
    _sent(db, chat, price=SERVICE, reason="invoice_second_copy")
    _close(db, chat)
    result = CliRunner().invoke(costs_command, ["--days", "7", "--database-url", database_url])
    assert result.exit_code == 0
    for words in ("1 mensagens enviadas, 1 cobradas", "invoice_second_copy", "service", "resolvida pelo robô: 1,0"):
        assert words in result.output
