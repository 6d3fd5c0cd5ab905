"""Serving wishes one after another: what the bot can answer first, people last, the rest waits for its turn. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import away, choose, confirm, identify, people
from bot.answers import ANSWERS
from bot.article_effects import ArticleQuoted
from bot.bubble import remembered, without_memory
from bot.dialogue import Dialogue, contract_of, intent_of, none_waiting, surely_waiting, waiting
from bot.effects import AskNetwork, Close, Effect, Remember, Say, Wait
from bot.money_effects import AcceptOffer, UnlockOnTrust, WishServed
from bot.needs import NeedsChoice, NeedsIdentity, SourceDown
from bot.turn import Turn
from bot.wishes import SMALL_TALK, Wishes, read, taken

# Nothing was asked here: these words are only read in the light of what was done, and never asked for again.
UNASKED = frozenset({"", "back", "last_invoice", "opted_out"})


def dispatch(turn: Turn, wish: str) -> list[Effect]:
    """The answer to one wish, or the question that has to come first: who are you, which contract."""
    intent, before = intent_of(wish), turn.dialogue
    if intent not in SMALL_TALK:
        before = replace(before, intent=intent, contract=contract_of(wish) or before.contract)
    turn = replace(turn, dialogue=before)
    try:
        effects = ANSWERS[intent](turn)
    except NeedsIdentity:
        return identify.ask(turn, intent, resume)
    except NeedsChoice as choice:
        return choose.ask(turn, intent, choice.contracts)
    dialogue = remembered(before, effects)
    if dialogue is before:
        dialogue = replace(before, expect="", intent="", misses=0, data={})
        if intent in SMALL_TALK:
            # Whoever leaves a question for small talk leaves what waited behind it.
            dialogue = none_waiting(dialogue)
    if intent not in {*dialogue.intents, *SMALL_TALK}:
        dialogue = replace(dialogue, intents=(*dialogue.intents, intent))
    served = [WishServed(intent)] if intent in turn.kept else []
    return [*identify.bind(turn), *without_memory(effects), *served, Remember(dialogue)]


def noting_wishes(turn: Turn) -> Turn:
    """The same where the customer's number came to be known by itself, and words beside it are a request of their own:
    it waits its turn."""
    if turn.phone_hidden or not turn.text or turn.reply_id:
        return turn
    asked = [wish for wish in read(turn.understanding()).sure if wish not in SMALL_TALK | {turn.dialogue.intent}]
    pending = tuple(dict.fromkeys((*turn.dialogue.pending, *asked)))
    return replace(turn, dialogue=replace(turn.dialogue, pending=pending))


def resume(turn: Turn, intent: str) -> list[Effect]:
    """Goes back to `intent` now that what it needed is known, and on to what waits behind it."""
    if intent in SMALL_TALK:
        return dispatch(turn, intent)
    return serve(turn, (intent, *surely_waiting(turn.dialogue)))


def go_on(turn: Turn, effects: list[Effect]) -> list[Effect]:
    """The effects, and what waits is served after them, unless they leave a question or an action open."""
    dialogue = remembered(turn.dialogue, effects)
    if not dialogue.pending or stops(dialogue, effects):
        return effects
    rest = replace(turn, dialogue=dialogue)
    return [*without_memory(effects), *serve(rest, surely_waiting(dialogue))]


def answer_wishes(turn: Turn, found: Wishes) -> list[Effect]:
    """Serves what a text asks for, ahead of what waits from before; an apology comes first where there is anger."""
    if not found.complains:
        return serve(turn, found.sure, found.unsure)
    intents = tuple(dict.fromkeys((*turn.dialogue.intents, "complaint")))
    effects = serve(replace(turn, dialogue=replace(turn.dialogue, intents=intents)), found.sure, found.unsure)
    dialogue = remembered(turn.dialogue, effects)
    if not any(isinstance(effect, Say) for effect in effects):
        # The result will be the first bubble: the apology waits for it.
        return [*effects, Remember(replace(dialogue, data={**dialogue.data, "sorry": True}))]
    return [Say(turn.texts("sorry")), *effects]


def serve(turn: Turn, asked: Sequence[str], unsure: Sequence[str] = ()) -> list[Effect]:
    """Serves `asked` in order, then asks back `unsure`, then what waits from before, until something stops it.

    Of those asked together, what only people can do comes last. What is left waits in the dialogue.
    """
    turn = replace(turn, dialogue=waiting(turn.dialogue, tuple(asked), tuple(unsure)))
    effects: list[Effect] = []
    late: tuple[str, ...] = ()
    while turn.dialogue.pending:
        wish = turn.dialogue.pending[0]
        ready = replace(turn, dialogue=taken(turn.dialogue, wish))
        step = _step(ready, wish, ask_back=wish in turn.dialogue.unsure)
        before_it = [other for other in ready.dialogue.pending if other in asked and other not in late]
        if wish not in late and (before_it or late) and _for_people(step):
            # Of several that people take, the first that was named chooses who gets it.
            late = (*late, wish)
            turn = replace(turn, dialogue=_behind(turn.dialogue, before_it, late))
            continue
        effects += without_memory(step)
        turn = replace(turn, dialogue=remembered(ready.dialogue, step))
        if stops(turn.dialogue, step):
            break
    return [*effects, *_noted(turn, effects), Remember(turn.dialogue)]


def beside(turn: Turn) -> list[Effect]:
    """Serves of what waits what needs no question, while another question stays open; the rest goes on waiting."""
    effects: list[Effect] = []
    dialogue = turn.dialogue
    for wish in turn.dialogue.pending:
        if wish in dialogue.unsure:
            continue
        step = _step(replace(turn, dialogue=replace(dialogue, expect="", data={})), wish)
        after = remembered(dialogue, step)
        if stops(after, step):
            continue
        effects += without_memory(step)
        left = tuple(other for other in dialogue.pending if other != wish)
        dialogue = replace(dialogue, pending=left, intents=after.intents, learnt=after.learnt)
    return [*effects, Remember(dialogue)]


def stops(dialogue: Dialogue, effects: Sequence[Effect]) -> bool:
    """Whether a question was asked, the network is at work, or the conversation is no longer the bot's."""
    acting = any(isinstance(effect, AcceptOffer | AskNetwork | UnlockOnTrust | Wait | Close) for effect in effects)
    return dialogue.expect not in UNASKED or acting or people.hands_over(effects)


def _step(turn: Turn, wish: str, *, ask_back: bool = False) -> list[Effect]:
    if ask_back:
        return confirm.ask(turn, intent_of(wish))
    try:
        return dispatch(turn, wish)
    except SourceDown as down:
        # What was answered before it still counts.
        intent = intent_of(wish)
        return away.in_place_of(replace(turn, dialogue=replace(turn.dialogue, intent=intent)), down, intent)


def _for_people(effects: Sequence[Effect]) -> bool:
    """Whether people take it, or an article stands in for them: what the bot can do is done first."""
    return people.hands_over(effects) or any(isinstance(effect, ArticleQuoted) for effect in effects)


def _behind(dialogue: Dialogue, first: Sequence[str], late: tuple[str, ...]) -> Dialogue:
    rest = tuple(wish for wish in dialogue.pending if wish not in first and wish not in late)
    return replace(dialogue, pending=(*first, *late, *rest))


def _noted(turn: Turn, effects: Sequence[Effect]) -> list[Effect]:
    """What waits behind a question was heard, too: one sentence says so."""
    names = [intent_of(wish) for wish in turn.dialogue.pending if wish not in turn.dialogue.unsure]
    others = [name for name in dict.fromkeys(names) if name != turn.dialogue.intent]
    if not others or not any(isinstance(effect, Say) for effect in effects):
        return []
    wishes = ", ".join(turn.texts(f"intent.{name}") for name in others)
    return [Say(turn.texts("noted", wishes=wishes))]
