"""The register of consent: each decision once, the newest holds, and contractual notices need none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.db import Database
from handoff import consent
from models import utc_now
from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from tests.integration.doors import bring, rows
from tests.unit.webhooks.payloads import meta, text, value

NOW = utc_now()


def contact(session: Session) -> int:
    row = Contact(channel="meta")
    session.add(row)
    session.flush()
    return row.id


def test_marketing_needs_a_yes_and_notices_need_none(db: Database) -> None:
    with db.transaction() as session:
        who = contact(session)
        assert not consent.may_receive(session, who, "MARKETING")
        assert consent.may_receive(session, who, "UTILITY")
        assert consent.may_receive(session, who, "AUTHENTICATION")


def test_newest_decision_holds_however_late_it_is_heard_of(db: Database) -> None:
    with db.transaction() as session:
        who = contact(session)
        consent.record(session, who, "out", "customer", {"message_id": 2}, NOW, "bot")
        consent.record(session, who, "in", "import", {"file": "a.csv"}, NOW - timedelta(days=1), "ana")
        assert not consent.may_receive(session, who, "MARKETING")
        consent.record(session, who, "in", "whatsapp", {"webhook": 9}, NOW + timedelta(seconds=1), "system")
        assert consent.may_receive(session, who, "MARKETING")
        assert [row.decision for row in consent.history(session, who)] == ["in", "out", "in"]


def test_refusal_leaves_notices_of_the_contract_alone(db: Database) -> None:
    with db.transaction() as session:
        who = contact(session)
        consent.record(session, who, "out", "customer", {"message_id": 2}, NOW, "bot")
        assert consent.may_receive(session, who, "UTILITY")


def test_same_decision_with_the_same_proof_is_one_row(db: Database) -> None:
    with db.transaction() as session:
        who = contact(session)
        assert consent.record(session, who, "out", "whatsapp", {"webhook": 1}, NOW, "system")
        assert not consent.record(session, who, "out", "whatsapp", {"webhook": 1}, NOW, "system")
    assert len(rows(db, Consent)) == 1


@pytest.mark.parametrize(("words", "decided"), [("Parar", "out"), ("quero promoções", "in"), ("parar de pagar", None)])
def test_words_are_honoured_whoever_has_the_conversation(db: Database, words: str, decided: str | None) -> None:
    with db.transaction() as session:
        who = contact(session)
        assert consent.heard(session, who, words, "wamid.1", NOW) == decided
        assert consent.heard(session, who, words, "wamid.1", NOW) is None
    assert [row.decision for row in rows(db, Consent)] == ([decided] if decided else [])


def test_refusal_is_honoured_while_a_person_has_the_conversation(db: Database) -> None:
    bring(db, meta(value([text("oi")])))
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="queue", queue="N1"))
    bring(db, meta(value([text("Sair", message_id="wamid.2")])))
    assert [(row.decision, row.source) for row in rows(db, Consent)] == [("out", "customer")]
