"""Edits, revocations and reactions: on their message whatever comes first, and never a conversation of their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import update

from core.db import Database
from models import utc_now
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedChange, WebhookEvent
from tests.integration.doors import TERMS, at_once, bring, count, planned, read_event, rows, store
from tests.unit.webhooks.payloads import edit, meta, reaction, revoke, text, value
from webhooks.channels.meta_inbound import read
from webhooks.effects.here import Here
from webhooks.intake import apply

WAITS_FOR_LOCK = sa.text("SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted LIMIT 1")


def _one(db: Database) -> Any:
    (message,) = rows(db, Message)
    return message


def _set(db: Database, **values: object) -> None:
    with db.transaction() as session:
        session.execute(update(Message).values(**values))


@pytest.mark.parametrize("change_first", [False, True])
def test_edit_replaces_the_words_and_keeps_the_old_ones(db: Database, change_first: bool) -> None:
    now = int(time.time())
    bodies = [
        meta(value([text("segunda via", message_id="w1", at=now - 5)])),
        meta(value([edit("w1", "quero liberar", message_id="e1", at=now - 2)])),
    ]
    bring(db, *(reversed(bodies) if change_first else bodies))
    message = _one(db)
    assert (message.text, message.edited_at) == ("quero liberar", datetime.fromtimestamp(now - 2, UTC))
    assert [(edit["id"], edit["text"]) for edit in message.payload["edits"]] == [("e1", "segunda via")]
    assert (message.handled_at, len(planned(db, "turn"))) == (None, 1)
    assert count(db, ParkedChange) == 0


def test_edit_disturbs_a_turn_that_has_read_the_old_words(db: Database) -> None:
    bring(db, meta(value([text(message_id="w1")])))
    before = rows(db, Conversation)[0].version
    bring(db, meta(value([edit("w1", "outra coisa")])))
    assert rows(db, Conversation)[0].version == before + 1


def test_edit_of_an_answered_message_is_shown_and_asks_for_nothing(db: Database) -> None:
    bring(db, meta(value([text(message_id="w1")])))
    _set(db, handled_at=utc_now(), outcome="answered")
    before = rows(db, Conversation)[0].version
    bring(db, meta(value([edit("w1", "outra coisa")])))
    assert (_one(db).text, _one(db).outcome) == ("outra coisa", "answered")
    assert (rows(db, Conversation)[0].version, len(planned(db, "turn"))) == (before, 1)


def test_newest_edit_holds_whatever_comes_first_and_repeated_ones_change_nothing(db: Database) -> None:
    now = int(time.time())
    older = meta(value([edit("w1", "dois", message_id="e1", at=now - 4)]))
    newer = meta(value([edit("w1", "três", message_id="e2", at=now - 2)]))
    bring(db, meta(value([text("um", message_id="w1", at=now - 6)])), newer, older, older, newer)
    message = _one(db)
    assert message.text == "três"
    assert sorted(edit["text"] for edit in message.payload["edits"]) == ["dois", "um"]


def test_edited_caption_replaces_the_caption(db: Database) -> None:
    picture = text("", message_id="w1", type="image", image={"id": "m1", "caption": "meu comprovante"})
    inner = {"type": "image", "image": {"id": "m1", "caption": "comprovante de outubro"}}
    changed = text("", type="edit", edit={"original_message_id": "w1", "message": inner})
    bring(db, meta(value([picture])), meta(value([changed])))
    assert _one(db).text == "comprovante de outubro"


@pytest.mark.parametrize("change_first", [False, True])
def test_revoked_message_keeps_its_words_and_is_not_answered(db: Database, change_first: bool) -> None:
    bodies = [meta(value([text("segredo", message_id="w1")])), meta(value([revoke("w1")]))]
    bring(db, *(reversed(bodies) if change_first else bodies))
    message = _one(db)
    assert (message.text, message.outcome) == ("segredo", "revoked")
    assert None not in (message.revoked_at, message.handled_at)


def test_revoked_message_that_a_person_handles_stays_theirs(db: Database) -> None:
    bring(db, meta(value([text(message_id="w1")])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1"))
    bring(db, meta(value([revoke("w1")])))
    assert (_one(db).handled_at, _one(db).revoked_at is None) == (None, False)


def test_edit_after_revocation_changes_nothing(db: Database) -> None:
    bring(db, meta(value([text("um", message_id="w1")])), meta(value([revoke("w1")])))
    bring(db, meta(value([edit("w1", "dois")])))
    assert _one(db).text == "um"


@pytest.mark.parametrize("change_first", [False, True])
def test_reaction_is_shown_on_its_message(db: Database, change_first: bool) -> None:
    bodies = [meta(value([text(message_id="w1")])), meta(value([reaction("w1", "❤️")]))]
    bring(db, *(reversed(bodies) if change_first else bodies))
    assert _one(db).reaction == "❤️"
    assert len(planned(db, "turn")) == 1


@pytest.mark.parametrize("gone", [{}, {"emoji": ""}, {"emoji": None}])
def test_reaction_taken_back_is_gone_even_if_the_first_comes_again(db: Database, gone: dict[str, Any]) -> None:
    now = int(time.time())
    put = meta(value([reaction("w1", "👍", at=now - 3)]))
    back = text(at=now - 1, type="reaction", reaction={"message_id": "w1", **gone})
    bring(db, meta(value([text(message_id="w1", at=now - 5)])), put, meta(value([back])), put)
    assert _one(db).reaction == ""


@pytest.mark.parametrize("change", [edit("w9", "x"), revoke("w9"), reaction("w9")])
def test_change_of_an_unknown_message_is_parked_and_opens_nothing(db: Database, change: dict[str, Any]) -> None:
    bring(db, meta(value([change])), meta(value([change])))
    assert [parked.kind for parked in rows(db, ParkedChange)] == [change["type"]]
    assert (count(db, Conversation), count(db, Contact), planned(db, "turn")) == (0, 0, [])


def test_customer_cannot_edit_or_revoke_what_we_said(db: Database) -> None:
    bring(db, meta(value([text(message_id="w1")])))
    _set(db, direction="out", author="bot")
    bring(db, meta(value([edit("w1", "outra coisa"), revoke("w1")])))
    assert (_one(db).text, _one(db).edited_at, _one(db).revoked_at) == ("oi", None, None)


def test_edit_waits_for_its_message_that_is_being_added(db: Database) -> None:
    said, changed = (
        store(db, meta(value([text("um", message_id="w1")])))[0],
        store(db, meta(value([edit("w1", "dois")])))[0],
    )
    (item,) = read(rows(db, WebhookEvent, WebhookEvent.id == said)[0].body, utc_now())
    later = Thread(target=partial(read_event, db, changed))
    with db.transaction() as session:
        apply(session, item, Here(said, 0, utc_now(), TERMS))
        later.start()
        with db.reading() as other:
            assert any(other.scalar(WAITS_FOR_LOCK) for _ in range(100_000))
    later.join(20)
    assert (_one(db).text, count(db, ParkedChange)) == ("dois", 0)


def test_message_and_its_changes_at_the_same_moment_leave_nothing_parked(db: Database) -> None:
    bodies = []
    for place in range(12):
        name = f"w{place}"
        bodies += [[text("um", message_id=name)], [edit(name, "dois")], [reaction(name)]]
    ids = store(db, *[meta(value(messages)) for messages in bodies])
    at_once([partial(read_event, db, event_id) for event_id in ids])
    assert count(db, ParkedChange) == 0
    assert {(message.text, message.reaction) for message in rows(db, Message)} == {("dois", "👍")}
    assert count(db, Conversation) == 1
