"""What a house changes in the console is what its customers read, seconds later and without a restart."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot.house_texts import FRESH_SECONDS, HouseTexts, watch_texts
from bot.texts import Texts
from bot.turns import take_turn
from core.db import Database
from models.alert import Alert
from models.bot_text import BotText
from tests.integration.desk import a_provider
from tests.integration.test_turns import a_bot, demo, open_conversation, replies, write

__all__ = ["demo"]  # a fixture: found by name

HELLO = "Opa! Você fala com a {provider}. Manda!"


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def says(db: Database, name: str, text: str | None, version: int = 1, language: str = "pt_BR") -> None:
    """The house says it so from now on."""
    with db.transaction() as session:
        own = BotText(language=language, name=name, version=version, text=text, instead_of="", by="admin")
        session.add(own)


def test_customer_reads_the_house_s_own_words_and_the_shipped_ones_after_a_reset(demo: Database) -> None:
    clock = Clock()
    texts = HouseTexts(demo, "pt_BR", clock)
    bot = replace(a_bot(demo), texts=texts)
    for number, (version, own) in enumerate([(1, HELLO), (2, "Fala! {provider} aqui."), (3, None)]):
        says(demo, "greet.unknown", own, version)
        clock.now += FRESH_SECONDS
        texts.follow()
        talk = open_conversation(demo, f"551198877660{number}")
        write(demo, talk, "oi")
        take_turn(talk, bot=bot)
        expected = own or Texts.load()._sentences["greet.unknown"]
        assert replies(demo, talk)[-1].startswith(expected.partition("{provider}")[0])


def test_own_words_are_said_by_every_process_within_seconds(db: Database) -> None:
    a_provider(db)
    clock = Clock()
    here, there = HouseTexts(db, "pt_BR", clock), HouseTexts(db, "pt_BR", clock)
    for texts in (here, there):
        texts.follow()
    says(db, "deny", "Beleza!")
    clock.now += FRESH_SECONDS / 2
    here.follow()
    assert here("deny") == Texts.load()("deny")
    clock.now += FRESH_SECONDS
    for texts in (here, there):
        texts.follow()
        assert texts("deny") == "Beleza!"


def test_words_that_do_not_fit_stand_in_an_alert_until_they_are_put_right(db: Database) -> None:
    def told() -> list[tuple[dict[str, object], bool]]:
        watch_texts(0, db=db, language="pt_BR")
        watch_texts(0, db=db, language="pt_BR")
        with db.reading() as session:
            return [(row.detail, row.ended_at is None) for row in session.scalars(select(Alert))]

    says(db, "sorry", "Poxa, sinto muito.")
    assert told() == []
    says(db, "protocol", "Sem número")
    says(db, "gone.with_an_upgrade", "Tchau")
    assert told() == [({"names": ["gone.with_an_upgrade", "protocol"]}, True)]
    says(db, "protocol", "Número {protocol}", 2)
    assert told() == [({"names": ["gone.with_an_upgrade"]}, True)]
    says(db, "gone.with_an_upgrade", None, 2)
    assert told() == [({"names": ["gone.with_an_upgrade"]}, False)]


def test_own_words_of_another_language_or_of_the_desk_or_that_do_not_fit_are_not_said(db: Database) -> None:
    says(db, "deny", "Vale", language="es")
    says(db, "reason.asked_for_person", "quer gente")
    says(db, "protocol", "Sem número")
    says(db, "gone.with_an_upgrade", "Tchau")
    says(db, "sorry", "Poxa, sinto muito.")
    texts = HouseTexts(db, "pt_BR")
    texts.follow()
    plain = Texts.load()
    assert texts.names() == plain.names()
    for name in ("deny", "reason.asked_for_person"):
        assert texts(name) == plain(name)
    assert texts("protocol", protocol="7") == "Protocolo: 7"
    assert texts("sorry") == "Poxa, sinto muito."
