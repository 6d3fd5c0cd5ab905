"""The search: what finds whom, who may see it, and what is written down."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import text, update

from core.db import Database
from handoff.access import Attendant
from handoff.search.people import find_people
from handoff.search.talk import LOOKED_THROUGH, SHOWN, Cursor, Patience, by_words
from handoff.search.wanted import read_wanted
from models.contact import Contact, ContactAlias
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer, CustomerPhone
from models.message import Message
from models.message_words import SLICE_BITS
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, conversation, the_cast

CPF = "11144477735"


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    return console_app(db)


def bruno(db: Database, **of_conversation: object) -> int:
    """Bruno Conceição, customer, with a contract, a phone and a conversation, whose id is returned."""
    id_ = a_conversation(db, name="bru", said="minha conexão caiu, e o técnico?", **of_conversation)  # type: ignore[arg-type]
    with db.transaction() as session:
        customer = Customer(ref="c2", name="Bruno Conceição", document=CPF, document_kind="cpf")
        session.add(customer)
        session.flush()
        session.add(CustomerPhone(customer_id=customer.id, match_key="+5512981110002"))
        session.add(
            Contract(
                ref="1002",
                customer_id=customer.id,
                number="A-1002",
                plan="Fibra 600",
                monthly_fee_cents=11990,
                address="Rua do Sol, 22",
                pppoe_login="bruno.conceicao",
                onu="HWTC1234ABCD",
            )
        )
        contact = session.get_one(Contact, session.get_one(Conversation, id_).contact_id)
        contact.customer_ref = "c2"
    return id_


WAYS = [
    "111.444.777-35", CPF, "(12) 98111-0002", "12981110002", "1281110002", "+55 12 98111-0002", "110002", "A-1002",
    "1002", "bruno.conceicao", "HWTC1234ABCD", "48575443-1234abcd", "conceicao", "BRUNO CONC", "Conceição Bruno",
]  # fmt: skip


@pytest.mark.parametrize("typed", WAYS)
def test_search_finds_a_customer_by_all_that_a_person_may_have_at_hand(app: Flask, db: Database, typed: str) -> None:
    id_ = bruno(db)
    page = Person(app, "helena").post("/console/search", {"q": typed})
    assert page.status_code == 200
    assert "Bruno Conceição" in page.text
    assert f"/console/c/{id_}" in page.text
    assert CPF not in page.text.replace(typed, "")


@pytest.mark.parametrize("typed", ["conexao", "CONEXÃO caiu", "tecnico conex", "caiu tec"])
def test_search_finds_what_was_said_without_accents_and_in_any_order(app: Flask, db: Database, typed: str) -> None:
    bruno(db)
    page = Person(app, "helena").post("/console/search", {"q": typed}).text
    assert "<mark>conexão</mark>" in page or "<mark>caiu</mark>" in page


def test_search_shows_conversations_only_to_whom_may_see_them(app: Flask, db: Database) -> None:
    id_ = bruno(db, queue="Financeiro")
    for typed in ("conexao", "Bruno"):
        assert f"/console/c/{id_}" not in Person(app, "helena").post("/console/search", {"q": typed}).text
        assert f"/console/c/{id_}" in Person(app, "joana").post("/console/search", {"q": typed}).text
        assert f"/console/c/{id_}" in Person(app, "karina").post("/console/search", {"q": typed}).text


def test_somebody_unknown_is_found_by_phone_through_a_conversation_that_may_be_seen(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, name="Zeca")
    with db.transaction() as session:
        alias = session.query(ContactAlias).one().value
        for typed in (alias, alias[2:], alias[-6:]):
            (person,) = find_people(session, read_wanted(typed), cast["helena"])
            assert (person.ref, person.name, person.talk and person.talk.id) == ("", "Zeca", id_)
            assert find_people(session, read_wanted(typed), cast["joana"]) == []


def test_search_follows_what_is_edited_and_leaves_events_out(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, said="abacaxi")
    with db.transaction() as session:
        session.add(Message(conversation_id=id_, channel="whatsapp", direction="event", text="abacaxi maduro"))
    with db.transaction() as session:
        session.execute(
            update(Message).where(Message.direction == "in").values(text="melancia", transcript="jabuticaba")
        )
    found = {word: len(by_words(db, word, cast["karina"]).hits) for word in ("abacaxi", "melancia", "jabuticaba")}
    assert found == {"abacaxi": 0, "melancia": 1, "jabuticaba": 1}


def test_search_goes_on_to_older_ones_without_leaving_any_out(db: Database, cast: dict[str, Attendant]) -> None:
    ids = [a_conversation(db, said="caiu tudo", queue="N1" if n % 2 else "Financeiro") for n in range(2 * SHOWN + 10)]
    seen: list[int] = []
    cursor: Cursor | None = None
    while True:
        found = by_words(db, "caiu", cast["helena"], cursor=cursor)
        seen += [hit.conversation_id for hit in found.hits]
        cursor = found.goes_on
        if cursor is None:
            break
    assert seen == list(reversed([id_ for n, id_ in enumerate(ids) if n % 2]))
    assert len(ids) < LOOKED_THROUGH


@pytest.mark.parametrize("patience", [Patience(), Patience(rest_ms=0), Patience(rest_ms=0, seconds=0)])
def test_search_goes_from_slice_to_slice_and_says_where_it_stopped(
    db: Database, cast: dict[str, Attendant], patience: Patience
) -> None:
    ids: list[int] = []
    for number in range(4):
        with db.transaction() as session:
            session.execute(text("SELECT setval('message_id_seq', :last)"), {"last": (number + 1) * 2**SLICE_BITS - 3})
        ids += [a_conversation(db, said="caiu tudo" if number != 2 else "boa noite") for _ in range(5)]
    seen: list[int] = []
    cursor: Cursor | None
    cursor, asked = None, 0
    while True:
        found = by_words(db, "caiu & tudo", cast["karina"], cursor=cursor, patience=patience)
        seen, cursor, asked = seen + [hit.conversation_id for hit in found.hits], found.goes_on, asked + 1
        if cursor is None:
            break
    assert seen == [*reversed(ids[15:]), *reversed(ids[:10])]
    assert asked == (1 if patience.seconds else 5)


def said(db: Database, conversation_id: int, words: str) -> None:
    """The customer writes once more."""
    with db.transaction() as session:
        session.add(Message(conversation_id=conversation_id, channel="whatsapp", direction="in", text=words))


def test_older_page_shows_no_conversation_again_that_a_newer_message_showed(
    db: Database, cast: dict[str, Attendant]
) -> None:
    ids = [a_conversation(db, said="caiu tudo") for _ in range(SHOWN + 10)]
    for id_ in ids[:5]:
        said(db, id_, "caiu de novo")
    first = by_words(db, "caiu", cast["karina"])
    shown = [hit.conversation_id for hit in first.hits]
    # What is said meanwhile is no reason to leave out what nobody was shown yet.
    said(db, ids[5], "caiu outra vez")
    second = by_words(db, "caiu", cast["karina"], cursor=first.goes_on)
    assert shown[:5] == ids[4::-1]
    assert shown + [hit.conversation_id for hit in second.hits] == [*ids[4::-1], *ids[:4:-1]]
    assert second.goes_on is None


def test_search_page_leads_to_the_older_ones(app: Flask, db: Database) -> None:
    ids = [a_conversation(db, said="caiu tudo") for _ in range(SHOWN + 1)]
    helena, oldest = Person(app, "helena"), f'href="/console/c/{ids[0]}"'
    page = helena.post("/console/search", {"q": "caiu"}).text
    assert oldest not in page
    further = dict(re.findall(r'name="(newest|before)" value="(\d+)"', page))
    page = helena.post("/console/search", {"q": "caiu", **further}).text
    assert (oldest in page, f'href="/console/c/{ids[1]}"' in page) == (True, False)


def test_search_is_written_down_without_what_was_looked_for(app: Flask, db: Database) -> None:
    bruno(db)
    helena = Person(app, "helena")
    helena.post("/console/search", {"q": "111.444.777-35"})
    helena.post("/console/search", {"q": CPF})
    first, second = audited(db, "search.asked")
    assert first == second
    assert first[0] == "helena"
    assert CPF not in first[1]
    assert audited(db, "customer.found") == [("helena", "customer:c2")]


def test_search_says_so_where_nothing_is_found_and_what_it_takes(app: Flask, db: Database) -> None:
    helena = Person(app, "helena")
    assert "Digite um protocolo" in helena.get("/console/search").text
    assert helena.post("/console/search", {"q": "   "}).status_code == 200
    for odd in ("nada disso", "&|!:*()", "\x00", "'; drop table message; --", "%" * 300, "٣٤٥٦"):
        answer = helena.post("/console/search", {"q": odd})
        assert answer.status_code in (200, 404), odd
    assert conversation(db, a_conversation(db)).id
