"""The knowledge base: versions, two people before the bot may quote, and who finds what."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from bot.article_effects import ArticleHelped, ArticleQuoted
from bot.quoted import find_quote, keep_helped, keep_quoted
from core.db import Database
from handoff.access import Attendant
from handoff.knowledge import articles
from handoff.knowledge.articles import Draft
from handoff.knowledge.finding import find_articles, suggested
from handoff.outcome import Denied, Done
from models.article import Article, ArticleUse, ArticleVersion
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_reading, audited, messages, the_cast

MOVING = Draft("Mudança de endereço", "# Passos\n- Veja a **CTO**", "Leva 5 dias úteis.", ("relocation",), (), True)
FORM = {"title": "Título", "body": "Texto", "answer": "Curta", "intent": "relocation", "bot": "yes", "seen": "0"}


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    return console_app(db)


def written(db: Database, who: Attendant, draft: Draft = MOVING) -> int:
    with db.transaction() as session:
        done = articles.write(session, who, draft)
        assert isinstance(done, Done), done
        return done.message_id


def quotable(db: Database, cast: dict[str, Attendant], draft: Draft = MOVING) -> int:
    id_ = written(db, cast["helena"], draft)
    with db.transaction() as session:
        articles.publish(session, cast["karina"], id_)
        assert isinstance(articles.approve(session, cast["karina"], id_), Done)
    return id_


def test_bot_quotes_only_what_another_person_approved(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = written(db, cast["karina"])
    with db.transaction() as session:
        articles.publish(session, cast["karina"], id_)
        assert isinstance(articles.approve(session, cast["karina"], id_), Denied)
        assert isinstance(articles.approve(session, cast["helena"], id_), Denied)
    assert find_quote(db, "relocation") is None
    with db.transaction() as session:
        assert isinstance(articles.approve(session, cast["admin"], id_), Done)
    quote = find_quote(db, "relocation")
    assert quote
    assert (quote.id, quote.answer) == (id_, "Leva 5 dias úteis.")
    assert audited(db, "article.approved") == [("admin", f"article:{id_}")]


def test_new_version_and_retiring_take_the_approval_away(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = quotable(db, cast)
    with db.transaction() as session:
        changed = Draft("Mudança de endereço", "novo texto", "Leva 9 dias.", ("relocation",), (), True)
        assert isinstance(articles.write(session, cast["karina"], changed, id_, seen=1), Done)
    assert find_quote(db, "relocation") is None
    with db.transaction() as session:
        assert isinstance(articles.approve(session, cast["admin"], id_), Done)
        assert session.scalars(select(ArticleVersion.version).where(ArticleVersion.article_id == id_)).all() == [1, 2]
    assert find_quote(db, "relocation")
    with db.transaction() as session:
        articles.retire(session, cast["karina"], id_)
    assert find_quote(db, "relocation") is None


def test_version_is_not_written_over_another_nor_twice(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = written(db, cast["helena"])
    with db.transaction() as session:
        same = articles.write(session, cast["helena"], MOVING, id_, seen=1)
        assert same == Done(id_, repeated=True)
        assert isinstance(articles.write(session, cast["helena"], Draft("a", "b"), id_, seen=1), Done)
        assert isinstance(articles.write(session, cast["igor"], Draft("c", "d"), id_, seen=1), Denied)
        assert session.get_one(Article, id_).title == "a"


@pytest.mark.parametrize(
    "draft",
    [
        Draft("", "x"),
        Draft("x" * 121, "x"),
        Draft("x", "x", "y" * 901),
        Draft("x", "x", "", ("relocation",), (), True),
        Draft("x", "x", "curta", ("signal_release",), (), True),
        Draft("x", "x", "curta", ("relocation", "invoice_second_copy"), (), True),
        Draft("x", "x", "curta", ("complaint",), (), True),
    ],
)
def test_what_may_not_be_said_is_not_written(db: Database, cast: dict[str, Attendant], draft: Draft) -> None:
    with db.transaction() as session:
        assert isinstance(articles.write(session, cast["karina"], draft), Denied)


def test_articles_are_found_without_accents_by_their_queues(db: Database, cast: dict[str, Attendant]) -> None:
    mine = quotable(db, cast)
    theirs = quotable(db, cast, Draft("Preço do plano", "Só vendas", "x", ("plan_change",), ("Comercial",), True))
    with db.transaction() as session:
        assert [row.id for row in find_articles(session, "mudanca ENDERECO", cast["helena"])] == [mine]
        assert [row.id for row in find_articles(session, "preco", cast["helena"])] == []
        assert [row.id for row in find_articles(session, "preco", cast["karina"])] == [theirs]
        assert [row.id for row in suggested(session, ["relocation"], cast["igor"])] == [mine]
        assert suggested(session, ["plan_change"], cast["igor"]) == []


def test_quote_is_kept_once_with_what_the_customer_said(db: Database, cast: dict[str, Attendant]) -> None:
    id_, talk = quotable(db, cast), a_conversation(db)
    for _ in range(2):
        with db.transaction() as session:
            keep_quoted(session, talk, ArticleQuoted(id_, 1, "9:relocation"))
            keep_helped(session, talk, ArticleHelped(id_, helped=True))
    with db.transaction() as session:
        assert [(use.how, use.helped) for use in session.scalars(select(ArticleUse))] == [("quoted", True)]


def test_pages_write_publish_approve_and_show_history(app: Flask, db: Database) -> None:
    helena, karina = Person(app, "helena"), Person(app, "karina")
    where = helena.post("/console/knowledge", {**FORM, "body": "<script>alert(1)</script>"}).headers["Location"]
    assert "<script>alert" not in helena.get(where).text
    assert helena.post(f"{where}/publish").status_code == 409
    assert karina.post(f"{where}/publish").status_code == 303
    assert karina.post(f"{where}/approve", {"seen": "9"}).status_code == 409
    assert karina.post(f"{where}/approve", {"seen": "1"}).status_code == 303
    assert "o bot cita" in karina.get("/console/knowledge?q=titulo").text
    assert helena.post(where, {**FORM, "seen": "1"}).status_code == 409
    assert karina.post(where, {**FORM, "body": "outro", "seen": "1"}).status_code == 303
    assert "alert(1)" in karina.get(f"{where}/v/1").text
    assert "espera aprovação" in karina.get(where).text
    assert Person(app, "lucas").get(where).status_code == 403
    assert helena.get("/console/knowledge/999999999999").status_code == 404
    assert helena.client.post("/console/knowledge", data=FORM).status_code == 400


def test_article_is_suggested_by_what_was_read_and_becomes_a_draft(
    app: Flask, db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = quotable(db, cast)
    talk = a_conversation(db, handler="agent", owner=cast["helena"], said="vou me mudar")
    a_reading(db, talk, intent="relocation")
    helena, where = Person(app, "helena"), f"/console/c/{talk}"
    assert "Mudança de endereço" in helena.get(where).text
    for _ in range(2):
        to = helena.post(f"{where}/articles/{id_}/draft", {"token": "t"}).headers["Location"]
    assert "Leva 5 dias úteis.</textarea>" in helena.get(to).text
    assert messages(db, talk, "out") == []
    helena.post(f"{where}/articles/{id_}/note", {"token": "t"})
    assert "Artigo: Mudança de endereço" in messages(db, talk, "note")[0].text
    with db.transaction() as session:
        assert sorted(session.scalars(select(ArticleUse.how))) == ["draft", "note"]
    assert len(audited(db, "article.used")) == 2
