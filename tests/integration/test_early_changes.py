"""A reaction to a message of ours that came before we knew the message's name stands on it in the end."""

from __future__ import annotations

import pytest

from core.db import Database
from models.webhook_event import ParkedChange
from tests.integration.doors import bring, count
from tests.integration.outgoing import a_chat, a_delivery, an_answer, the_message
from tests.unit.webhooks.payloads import meta, reaction, status, value
from webhooks.channels.fake import FakeChannel
from webhooks.channels.ports import Sent
from webhooks.deliver import deliver


@pytest.mark.parametrize("told_by", ["answer", "receipt"])
def test_reaction_waits_for_the_name_of_its_message(db: Database, told_by: str) -> None:
    id_ = an_answer(db, a_chat(db))
    bring(db, meta(value([reaction("wamid.ours")])))
    assert count(db, ParkedChange) == 1
    channel = FakeChannel()
    channel.script = [lambda _: Sent("wamid.ours")]
    if told_by == "receipt":
        key = the_message(db, id_).key or ""
        bring(db, meta(value(statuses=[status("wamid.ours", "sent", key=key)])))
    else:
        deliver(id_, delivery=a_delivery(db, {"meta": channel}))
    assert the_message(db, id_).reaction == "👍"
    assert count(db, ParkedChange) == 0


def test_text_that_the_channel_has_no_room_for_goes_on_in_a_bubble_of_its_own(db: Database) -> None:
    long = f"{'a' * 1500} {'b' * 1500}"
    id_ = an_answer(db, a_chat(db), long)
    channel = FakeChannel(longest_text=1600)
    delivery = a_delivery(db, {"meta": channel})
    deliver(id_, delivery=delivery)
    deliver(id_ + 1, delivery=delivery)
    assert [message.text for message in channel.taken] == ["a" * 1500, "b" * 1500]
