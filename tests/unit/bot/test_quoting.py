"""Quoting an article: where only people could answer, once, with a way to a person who knows what was quoted."""

from __future__ import annotations

from typing import Any

import pytest

from bot.article_effects import ArticleHelped, ArticleQuoted, Quote
from bot.effects import HandOff, Say
from handoff.knowledge.subjects import QUOTED
from tests.unit.bot.build import Chat, Reader, handed_to, has, known_as, only, said

MOVING = Quote(7, 3, "Mudança de endereço", "A mudança é grátis e leva até 5 dias úteis.")
WORDS = Reader(
    {
        "vou me mudar": "relocation",
        "quero cancelar": "cancel_service",
        "boleto": "invoice_second_copy",
        "obrigado": "thanks",
        **{f"sobre {intent}": intent for intent in QUOTED},
    }
)


def a_chat(**more: Any) -> Chat:
    return Chat(known_as() | {f"article:{intent}": MOVING for intent in QUOTED} | more, nlu=WORDS)


@pytest.mark.parametrize("intent", sorted(QUOTED))
def test_article_is_quoted_instead_of_handing_over(intent: str) -> None:
    effects = a_chat().say(f"sobre {intent}")
    assert not has(effects, HandOff)
    assert MOVING.answer in said(effects)
    assert [option.id for option in only(effects, Say).options] == ["article:helped", "article:person"]
    assert (only(effects, ArticleQuoted).article_id, only(effects, ArticleQuoted).version) == (7, 3)


def test_people_take_it_where_there_is_no_article() -> None:
    assert handed_to(a_chat(**{"article:relocation": None}).say("vou me mudar")) == ("Comercial", "relocation")


@pytest.mark.parametrize("answer", [{"tap": "article:helped"}, {"text": "sim"}])
def test_yes_ends_it_and_is_kept(answer: dict[str, str]) -> None:
    chat = a_chat()
    chat.say("vou me mudar")
    effects = chat.say(answer.get("text", ""), tap=answer.get("tap", ""))
    assert only(effects, ArticleHelped) == ArticleHelped(7, helped=True)
    assert chat.dialogue.expect == ""
    assert not has(effects, HandOff)


@pytest.mark.parametrize("answer", [{"tap": "article:person"}, {"text": "não"}])
def test_no_brings_a_person_who_knows_what_was_quoted(answer: dict[str, str]) -> None:
    chat = a_chat()
    chat.say("vou me mudar")
    effects = chat.say(answer.get("text", ""), tap=answer.get("tap", ""))
    assert only(effects, ArticleHelped) == ArticleHelped(7, helped=False)
    assert handed_to(effects) == ("Comercial", "relocation")
    assert "Mudança de endereço" in only(effects, HandOff).summary


def test_asked_again_in_the_same_conversation_goes_to_people() -> None:
    chat = a_chat()
    chat.say("vou me mudar")
    chat.say(tap="article:helped")
    assert handed_to(chat.say("vou me mudar")) == ("Comercial", "relocation")


def test_thanks_are_not_asked_whether_it_helped() -> None:
    chat = a_chat()
    chat.say("vou me mudar")
    assert "Isso ajudou" not in said(chat.say("obrigado"))


def test_money_and_farewells_are_never_answered_with_an_article() -> None:
    everything = {f"article:{intent}": MOVING for intent in ("cancel_service", "invoice_second_copy")}
    chat = a_chat(**everything)
    assert handed_to(chat.say("quero cancelar"))[1] == "cancel_service"
    assert not has(a_chat(**everything).say("boleto"), ArticleQuoted)
