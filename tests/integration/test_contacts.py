"""Who is who: people under changing names are one contact each, and never two of them in one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.db import Database
from models import utc_now
from models.alert import Alert
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from tests.integration.contact_rows import phones_of
from tests.integration.doors import bring, count, counts, planned, rows
from tests.unit.webhooks.payloads import ANA, ANA_SHORT, BRUNO, BSUID, echo, echoes, meta, system, text, value
from webhooks.contacts import bind_shared_phone, recipient_of, remember_wa_id, resolve_contact
from webhooks.identity import identity_changed, rename_contact
from webhooks.items import Sender

PARENT = "BR.ENT.99"
CARLA = "5512981110003"


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


def resolve(session: Session, **names: str) -> int:
    return resolve_contact(session, "meta", Sender(**names))


def aliases(session: Session, contact_id: int) -> set[tuple[str, str]]:
    found = select(ContactAlias.kind, ContactAlias.value).where(ContactAlias.contact_id == contact_id)
    return {(kind, value) for kind, value in session.execute(found)}


def prove(session: Session, contact_id: int, how: str) -> None:
    values = {"customer_ref": "ana", "proved_by": how, "proved_at": utc_now() - timedelta(hours=1)}
    session.execute(update(Contact).where(Contact.id == contact_id).values(values))


def proof(session: Session, contact_id: int) -> str | None:
    return session.scalar(select(Contact.proved_by).where(Contact.id == contact_id))


def rename(session: Session, old: Sender, new: Sender, at: datetime | None = None) -> int | None:
    return rename_contact(session, "meta", old, new, at or utc_now())


def test_parent_bsuid_is_kept_and_finds_who_is_not_known_otherwise(session: Session) -> None:
    ana = resolve(session, wa_id=ANA, bsuid=BSUID, parent_bsuid=PARENT)
    assert ("parent_bsuid", PARENT) in aliases(session, ana)
    assert resolve(session, bsuid="BR.2", parent_bsuid=PARENT) == ana
    assert recipient_of(session, ana).bsuid == "BR.2"


def test_parent_bsuid_never_leads_a_number_to_the_contact_of_another(session: Session) -> None:
    ana = resolve(session, wa_id=ANA, bsuid=BSUID, parent_bsuid=PARENT)
    bruno = resolve(session, wa_id=BRUNO, bsuid="BR.2", parent_bsuid=PARENT)
    assert bruno != ana
    assert resolve(session, bsuid=BSUID, parent_bsuid=PARENT) == ana
    assert resolve(session, bsuid="BR.2", parent_bsuid=PARENT) == bruno


def test_bsuid_that_is_known_goes_before_the_parent(session: Session) -> None:
    ana = resolve(session, bsuid="BR.1", parent_bsuid=PARENT)
    other = resolve(session, bsuid="BR.2")
    assert resolve(session, bsuid="BR.2", parent_bsuid=PARENT) == other != ana


def test_name_of_somebody_else_is_not_renewed_by_who_claims_it(session: Session) -> None:
    resolve(session, bsuid="BR.old")
    ana = resolve(session, wa_id=ANA, bsuid="BR.old")
    resolve(session, wa_id=ANA, bsuid="BR.new")
    resolve(session, wa_id=BRUNO, bsuid="BR.old")
    assert recipient_of(session, ana).bsuid == "BR.new"


def test_no_name_is_ever_empty(db: Database) -> None:
    bring(db, meta(value([{**text(bsuid=BSUID), "from": "", "from_parent_user_id": ""}])))
    assert all(row.value for row in rows(db, ContactAlias))


def test_new_number_is_the_same_contact_and_the_old_one_is_free(session: Session) -> None:
    ana = resolve(session, wa_id=ANA_SHORT, bsuid="BR.1", address=f"whatsapp:+{ANA}")
    assert rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA, bsuid="BR.2")) == ana
    assert resolve(session, wa_id=CARLA) == ana == resolve(session, bsuid="BR.2")
    assert phones_of(session, ana) == (f"+{CARLA}",)
    assert recipient_of(session, ana).wa_id == CARLA
    assert resolve(session, wa_id=ANA) != ana
    assert ("address", f"whatsapp:+{ANA}") not in aliases(session, ana)


def test_new_number_told_by_bsuid_alone_leaves_the_old_number_too(session: Session) -> None:
    ana = resolve(session, wa_id=ANA, bsuid="BR.1")
    assert rename(session, Sender(bsuid="BR.1"), Sender(wa_id=CARLA, bsuid="BR.2")) == ana
    assert phones_of(session, ana) == (f"+{CARLA}",)


@pytest.mark.parametrize(("how", "left"), [("phone", None), ("two_facts", "two_facts"), ("code", "code")])
def test_proof_by_phone_ends_with_the_phone(session: Session, how: str, left: str | None) -> None:
    ana = resolve(session, wa_id=ANA)
    prove(session, ana, how)
    rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA))
    assert proof(session, ana) == left


def test_next_owner_of_a_number_inherits_nothing(session: Session) -> None:
    ana = resolve(session, wa_id=ANA, bsuid="BR.1")
    prove(session, ana, "two_facts")
    rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA, bsuid="BR.2"))
    heir = resolve(session, wa_id=ANA, bsuid="BR.3")
    assert heir != ana
    assert proof(session, heir) is None


def test_change_of_number_is_told_once_in_the_open_conversation_and_masked(db: Database) -> None:
    bring(db, meta(value([text()])))
    for _ in range(3):
        with db.transaction() as session:
            rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA))
    (event,) = rows(db, Message, Message.direction == "event")
    assert event.text == "O cliente mudou de número: de (12) *****-0001 para (12) *****-0003"
    assert rows(db, Conversation)[0].version == 2
    assert count(db, Alert) == 0


def test_rewritten_form_of_the_same_number_is_no_change(db: Database) -> None:
    bring(db, meta(value([text(wa_id=ANA_SHORT)])))
    with db.transaction() as session:
        prove(session, 1, "phone")
        assert rename(session, Sender(wa_id=ANA_SHORT), Sender(wa_id=ANA)) == 1
        assert (proof(session, 1), recipient_of(session, 1).wa_id) == ("phone", ANA)
    assert rows(db, Message, Message.direction == "event") == []


def test_new_bsuid_is_the_same_contact_and_proves_as_before(session: Session) -> None:
    ana = resolve(session, wa_id=ANA, bsuid="BR.1", parent_bsuid="BR.ENT.1")
    prove(session, ana, "phone")
    old, new = Sender(bsuid="BR.1", parent_bsuid="BR.ENT.1"), Sender(bsuid="BR.2", parent_bsuid="BR.ENT.2")
    assert rename(session, old, new) == ana == rename(session, old, new)
    assert resolve(session, bsuid="BR.2") == ana
    assert (proof(session, ana), recipient_of(session, ana).bsuid) == ("phone", "BR.2")


def test_change_of_somebody_unknown_makes_nobody(db: Database) -> None:
    with db.transaction() as session:
        assert rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA)) is None
        assert rename(session, Sender(), Sender(wa_id=CARLA)) is None
    assert count(db, Contact) == 0


def test_new_name_of_another_contact_merges_nothing_and_alerts_people(db: Database) -> None:
    with db.transaction() as session:
        ana, carla = resolve(session, wa_id=ANA, bsuid="BR.1"), resolve(session, wa_id=CARLA)
        prove(session, ana, "phone")
        assert rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA, bsuid="BR.2")) == ana
        assert resolve(session, wa_id=CARLA) == carla
        assert ("bsuid", "BR.2") not in aliases(session, ana) | aliases(session, carla)
        assert resolve(session, wa_id=ANA) not in {ana, carla}
        assert (proof(session, ana), proof(session, carla)) == (None, None)
    (alert,) = rows(db, Alert)
    assert (alert.kind, alert.subject) == ("contact.conflict", "contact:1")
    assert CARLA not in alert.text


def test_late_news_does_not_rename_who_has_the_number_since(db: Database) -> None:
    bring(db, meta(value([text(wa_id=ANA)])))
    with db.transaction() as session:
        assert rename(session, Sender(wa_id=ANA), Sender(wa_id=CARLA), utc_now() - timedelta(days=2)) is None
        assert phones_of(session, 1) == (f"+{ANA}",)


def test_repeated_webhook_of_a_change_alerts_nobody_and_takes_nothing(db: Database) -> None:
    now = time.time()
    change = {**system("user_changed_number", new_wa_id=CARLA), "timestamp": str(int(now - 5))}
    body = meta(value([text(wa_id=ANA, at=now - 9)]), value([change]))
    # Once as it came, then as Meta repeats it: its message comes from a number that is nobody's any more.
    bring(db, body, body)
    bring(db, echoes(echo("bem-vindo", to=ANA, at=now - 2)), body)
    assert rows(db, Alert) == []
    with db.transaction() as session:
        assert resolve(session, wa_id=ANA) == 2
        assert phones_of(session, 2) == (f"+{ANA}",)
        assert phones_of(session, 1) == (f"+{CARLA}",)


@pytest.mark.parametrize("how", ["phone", "two_facts", "code"])
def test_changed_identity_ends_every_proof_and_is_told_once(db: Database, how: str) -> None:
    bring(db, meta(value([text()])))
    at = datetime.now(UTC).replace(microsecond=0)
    for _ in range(2):
        with db.transaction() as session:
            prove(session, 1, how)
            assert identity_changed(session, "meta", Sender(wa_id=ANA), at) == 1
    with db.transaction() as session:
        assert identity_changed(session, "meta", Sender(wa_id=CARLA), at) is None
    (event,) = rows(db, Message, Message.direction == "event")
    assert "identidade" in event.text
    assert "desfeita" in event.text


def test_number_told_by_an_answer_to_a_send_is_kept(session: Session) -> None:
    ana, hidden = resolve(session, wa_id=ANA), resolve(session, bsuid=BSUID)
    remember_wa_id(session, ana, "meta", ANA_SHORT)
    remember_wa_id(session, hidden, "meta", BRUNO)
    assert recipient_of(session, ana).wa_id == ANA_SHORT
    assert resolve(session, wa_id=BRUNO) == hidden


@pytest.mark.parametrize("told", ["", BRUNO, CARLA])
def test_number_that_is_not_the_contacts_own_is_not_kept(session: Session, told: str) -> None:
    ana = resolve(session, wa_id=ANA)
    resolve(session, wa_id=BRUNO)
    before = aliases(session, ana)
    remember_wa_id(session, ana, "meta", told)
    assert aliases(session, ana) == before


def card(phone: str = "+55 12 98111-0001", wa_id: str = ANA, **more: Any) -> dict[str, Any]:
    return {"phones": [{"phone": phone, "wa_id": wa_id, "type": "CELL"}], "origin": "contact_request", **more}


def test_shared_phone_is_the_senders_from_now_on(db: Database) -> None:
    answer = text(wa_id="", bsuid=BSUID, type="contacts", contacts=[card()])
    bring(db, meta(value([answer])), meta(value([answer])))
    bring(db, meta(value([text(wa_id=ANA_SHORT)])))
    assert counts(db) == (1, 1, 2)
    assert len(planned(db, "turn")) == 2


@pytest.mark.parametrize("written", ["(12) 98111-0001", "12 8111 0001", "+55 12 981110001"])
def test_shared_phone_without_wa_id_finds_but_is_not_written_to(session: Session, written: str) -> None:
    hidden = resolve(session, bsuid=BSUID)
    assert bind_shared_phone(session, hidden, "meta", {"contacts": [card(written, "")]})
    assert phones_of(session, hidden) == (f"+{ANA}",)
    assert recipient_of(session, hidden).wa_id == ""


@pytest.mark.parametrize(
    "sent",
    [
        {"contacts": [card(origin="")]},
        {"contacts": [card()], "context": {"forwarded": True}},
        {"contacts": [card(origin="other")]},
        {"contacts": [{"phones": [{"wa_id": ANA}]}]},
        {"contacts": [card(), card(wa_id=CARLA)]},
        {"contacts": [card(phones=[{"wa_id": ANA}, {"wa_id": CARLA}])]},
        {"contacts": [card(phone="+55 12 98111-0003")]},
        {"contacts": [card(phone="0800", wa_id="")]},
        {"contacts": [card(phones=[])]},
        {"contacts": [card(phone="", wa_id=BRUNO)]},
        {"contacts": "x"},
        {},
    ],
)
def test_card_that_is_no_single_answer_of_a_free_number_binds_nothing(session: Session, sent: dict[str, Any]) -> None:
    resolve(session, wa_id=BRUNO)
    hidden = resolve(session, bsuid=BSUID)
    assert not bind_shared_phone(session, hidden, "meta", sent)
    assert phones_of(session, hidden) == ()


def test_shared_phone_is_no_second_number(session: Session) -> None:
    ana = resolve(session, wa_id=ANA)
    assert not bind_shared_phone(session, ana, "meta", {"contacts": [card(phone="", wa_id=CARLA)]})
    assert phones_of(session, ana) == (f"+{ANA}",)
