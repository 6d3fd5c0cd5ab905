"""Questions that people would have to answer: quoted from an approved article first, where there is one."""

from __future__ import annotations

from dataclasses import replace

from bot import people
from bot.answers import ANSWERS
from bot.article_effects import ArticleHelped, ArticleQuoted, Quote
from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn
from handoff.knowledge.subjects import QUOTED

HELPED, PERSON = "article:helped", "article:person"


def quoted(turn: Turn, intent: str) -> list[Effect]:
    """The answer of the article on this intent, with the question whether it helped; nothing where there is none, or it
    was quoted in this conversation before: then people are to help."""
    if intent not in QUOTED or _mark(intent) in turn.dialogue.told:
        return []
    quote: Quote | None = turn.fact(f"article:{intent}")
    if quote is None:
        return []
    options = Option(HELPED, turn.texts("button.helped")), Option(PERSON, turn.texts("button.person"))
    data = {"article": quote.id}
    told = (*turn.dialogue.told, _mark(intent))
    learnt = people.learnt(turn, turn.texts("learnt.article", title=quote.title))
    asking = replace(turn.dialogue, expect="article_helped", intent=intent, misses=0, data=data)
    dialogue = replace(asking, told=told, learnt=learnt)
    cause = turn.inbound[-1].id if turn.inbound else turn.protocol
    said = Say(f"{quote.answer}\n\n{turn.texts('article.ask')}", options)
    return [said, ArticleQuoted(quote.id, quote.version, f"{cause}:{intent}"), Remember(dialogue)]


def _mark(intent: str) -> str:
    return f"article:{intent}"


def _answered(turn: Turn) -> list[Effect] | None:
    """A yes ends it; a no, or the button, brings a person who knows what was quoted."""
    tapped = {HELPED: True, PERSON: False}.get(turn.reply_id)
    helped = turn.replies.yes_or_no(turn.answer) if tapped is None else tapped
    if helped is None:
        return None
    verdict = ArticleHelped(int(turn.dialogue.data["article"]), helped)
    intent = turn.dialogue.intent
    dialogue = replace(turn.dialogue, expect="", intent="", misses=0, data={})
    if helped:
        return [Say(turn.texts("article.helped")), verdict, Remember(dialogue)]
    return [verdict, *ANSWERS[intent](replace(turn, dialogue=dialogue))]


REPLIES = {"article_helped": _answered}
