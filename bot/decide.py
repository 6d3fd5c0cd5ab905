"""From a turn to effects: the order in which the bot considers what it could do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import away, choose, expectations, identify, job_results, media, opting, people
from bot.answers import ANSWERS
from bot.answers.quoting import PERSON
from bot.bubble import in_one_bubble, remembered, without_memory
from bot.dialogue import intent_of, none_waiting, surely_waiting
from bot.effects import BindIdentity, Contradicted, Effect, Remember, Say
from bot.needs import SourceDown
from bot.serve import UNASKED, answer_wishes, beside, dispatch, go_on, serve, stops
from bot.turn import JobResult, Turn
from bot.unclear import offer_menu
from bot.wishes import OF_THE_NETWORK, SMALL_TALK, Wishes, read


def decide(turn: Turn) -> tuple[Effect, ...]:
    """What to do about this turn. Raises turn.Missing when a fact is needed first; nothing else."""
    turn = media.noted(_of_this_version(turn))
    consent, rest = opting.heard(turn)
    rest = replace(rest, dialogue=remembered(rest.dialogue, consent))
    effects = _considered(rest)
    return in_one_bubble(turn, [*consent, *_known_to_people(rest, effects)])


def _considered(turn: Turn) -> list[Effect]:
    """What to do, as far as those answer who know what it takes."""
    try:
        return _consider(turn)
    except SourceDown as down:
        if turn.inbound and turn.dialogue.expect in UNASKED - {""}:
            # Nothing was asked: the words are read by themselves, and a thank-you needs no ERP.
            return _considered(replace(turn, dialogue=replace(turn.dialogue, expect="", data={})))
        return away.in_place_of(turn, down, turn.dialogue.intent)


def _known_to_people(turn: Turn, effects: list[Effect]) -> list[Effect]:
    """Who takes over has to see the same customer that the summary tells of, though no answer needed to know them."""
    if not people.hands_over(effects) or any(isinstance(effect, BindIdentity) for effect in effects):
        return effects
    return [*identify.bind(turn), *effects]


def _of_this_version(turn: Turn) -> Turn:
    """What waits may have been kept by a version that could answer more."""
    known = tuple(wish for wish in turn.dialogue.pending if intent_of(wish) in ANSWERS)
    if known == turn.dialogue.pending:
        return turn
    return replace(turn, dialogue=replace(turn.dialogue, pending=known))


def _consider(turn: Turn) -> list[Effect]:
    finished = [job for job in turn.jobs if job.state not in job_results.OPEN]
    if finished:
        effects = job_results.tell(turn, finished)
        if people.hands_over(effects):
            return _before_people(turn, finished) or effects
        rest = replace(turn, jobs=(), dialogue=remembered(turn.dialogue, effects))
        return [*effects, *_after_result(rest)]
    if turn.jobs:
        return _to_person(turn) if _asks_for_person(turn) else job_results.while_running(turn)
    if turn.inbound:
        return _answer(turn)
    return [Say(turn.texts("away.back")), *serve(turn, turn.recalled)] if turn.recalled else []


def _before_people(turn: Turn, finished: Sequence[JobResult]) -> list[Effect]:
    """A result that people have to go on with, behind it what waited and can be answered at once; nothing where
    nothing waited."""
    if not turn.dialogue.pending:
        return []
    served = beside(replace(turn, jobs=()))
    told = job_results.tell(replace(turn, dialogue=remembered(turn.dialogue, served)), finished)
    return [*told, *without_memory(served)]


def _after_result(turn: Turn) -> list[Effect]:
    """What was written while an action ran, and what waited for its end: impatience is answered by the result, a
    request of its own is served, and what the result asks stays open if nothing else has to be asked."""
    if _asks_for_person(turn):
        return _to_person(turn)
    if turn.replies.gives_up(turn.answer):
        waiting = none_waiting(turn.dialogue)
        return [Remember(replace(turn.dialogue, pending=waiting.pending, unsure=waiting.unsure))]
    meant = turn.understanding() if turn.text else None
    if meant and meant.band == "act" and meant.intent in {"bot_challenge", "help_menu"}:
        return dispatch(turn, meant.intent)
    asked = _asked_meanwhile(turn)
    dialogue = turn.dialogue
    if not stops(dialogue, ()):
        return serve(turn, (*asked, *surely_waiting(dialogue))) if asked or dialogue.pending else []
    pending = tuple(dict.fromkeys((*asked, *dialogue.pending)))
    effects = beside(replace(turn, dialogue=replace(dialogue, pending=pending)))
    left = remembered(dialogue, effects)
    urgent = tuple(wish for wish in asked if wish in left.pending)
    return [*effects, *serve(replace(turn, dialogue=left), urgent)] if urgent else effects


def _asked_meanwhile(turn: Turn) -> tuple[str, ...]:
    if not turn.text:
        return ()
    if turn.reply_id.startswith("intent:"):
        asked: tuple[str, ...] = (turn.reply_id.removeprefix("intent:"),)
    else:
        asked = read(turn.understanding()).sure
    known = OF_THE_NETWORK & {*turn.dialogue.intents}
    return tuple(wish for wish in asked if wish in ANSWERS and wish not in SMALL_TALK | known)


def _answer(turn: Turn) -> list[Effect]:
    if _asks_for_person(turn):
        return _to_person(turn)
    if media.sent_proof(turn):
        return media.about_media(turn)
    other = identify.other_document(turn)
    if isinstance(other, Turn):
        # The number is registered for several people: the document says that another of them is meant now.
        return [BindIdentity(other.customer().ref, "phone"), *_by_meaning(other)]
    if other is not None:
        return other
    expected = expectations.answer(turn)
    if not isinstance(expected, Turn):
        return go_on(turn, expected)
    turn = expected
    if turn.reply_id.startswith("intent:") and turn.reply_id[7:] in ANSWERS:
        intent = turn.reply_id[7:]
        return dispatch(turn, intent) if intent in SMALL_TALK else serve(turn, (intent,))
    if not turn.text:
        return dispatch(turn, "greet") if media.only_greets(turn) else media.about_media(turn)
    return _by_meaning(turn)


def _asks_for_person(turn: Turn) -> bool:
    if turn.dialogue.expect == "article_helped" and turn.reply_id == PERSON:
        # The article did not help: that subject's people take it, who know what was quoted.
        return False
    return turn.replies.wants_person(turn.text) or turn.reply_id == "intent:talk_to_human"


def _to_person(turn: Turn) -> list[Effect]:
    """At once; what else the text asks for is told to the person."""
    found = read(turn.understanding()) if turn.text and not turn.replies.wants_only_person(turn.text) else None
    if found is None:
        return people.hand_off_on_wish(turn)
    complaint = ("complaint",) if found.complains else ()
    wishes = (*found.sure, *found.unsure, *complaint, *turn.dialogue.pending)
    return people.hand_off_on_wish(replace(turn, dialogue=replace(turn.dialogue, pending=wishes)))


def _by_meaning(turn: Turn) -> list[Effect]:
    meant = turn.understanding()
    if meant.intent == "inform" and identify.typed_document(turn.text):
        # Nobody asked, but it says who writes; whoever is known already is asked for the wish.
        return dispatch(turn, "greet") if turn.identified().customer else identify.ask(turn, "greet", dispatch)
    if meant.source == "unavailable":
        return offer_menu(turn, "menu.no_understanding")
    found = read(meant)
    if found.person:
        return _to_person(turn)
    if found.sure or found.unsure:
        return [*_corrected(turn, found), *answer_wishes(choose.elsewhere(turn), found)]
    if meant.intent == "out_of_scope":
        known = meant.band == "act" and not turn.dialogue.misses
    else:
        known = meant.intent in SMALL_TALK and meant.band != "menu"
    return dispatch(turn, meant.intent) if known else offer_menu(turn, "menu.not_understood")


def _corrected(turn: Turn, found: Wishes) -> list[Effect]:
    """What was served last had not been meant, where the customer says so and names something else."""
    served = turn.dialogue.intents[-1:]
    if not served or not found.sure or found.sure[0] in served or not turn.replies.corrects(turn.text):
        return []
    return [Contradicted(served[0], found.sure[0])]
