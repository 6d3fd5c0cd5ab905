"""From a turn to effects: the order in which the bot considers what it could do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import choose, expectations, identify, job_results, people
from bot.answers import ANSWERS, help_menu
from bot.dialogue import Dialogue
from bot.effects import BindIdentity, Close, Effect, HandOff, Remember, Say, Wait
from bot.replies import wants_person
from bot.turn import NeedsChoice, NeedsIdentity, SourceDown, Turn

COURTESY = frozenset({"greet", "thanks", "goodbye", "affirm", "deny"})
# Nothing is served by these, so they are no subject of the conversation.
SMALL_TALK = COURTESY | {"bot_challenge", "help_menu", "out_of_scope", "talk_to_human"}
# Said again while an action runs, these are impatience for its result.
OF_THE_NETWORK = frozenset({"signal_release", "outage_no_connection", "slow_internet"})
UNSURE = frozenset({"out_of_scope", "inform", "unavailable"})
CAPTION_LIMIT = 1000


def decide(turn: Turn) -> tuple[Effect, ...]:
    """What to do about this turn. Raises turn.Missing when a fact is needed first; nothing else."""
    try:
        effects = _consider(turn)
    except SourceDown:
        effects = people.hand_off_blind(turn)
    return _one_bubble(turn, effects)


def _consider(turn: Turn) -> list[Effect]:
    finished = [job for job in turn.jobs if job.state not in job_results.OPEN]
    if finished:
        effects = job_results.tell(turn, finished)
        rest = replace(turn, jobs=(), dialogue=remembered(turn.dialogue, effects))
        return effects + (_after_result(rest) if turn.inbound and not _handed_off(effects) else [])
    if turn.jobs:
        if _asks_for_person(turn):
            return people.hand_off_on_wish(turn)
        return job_results.while_running(turn)
    return _answer(turn) if turn.inbound else []


def _after_result(turn: Turn) -> list[Effect]:
    """What was written while an action ran: impatience is answered by its result, a request of its own is served."""
    if _asks_for_person(turn):
        return people.hand_off_on_wish(turn)
    if not turn.text:
        return []
    meant = turn.understanding()
    asked = meant.intent in ANSWERS and meant.intent not in COURTESY | UNSURE
    fresh = meant.intent not in OF_THE_NETWORK or meant.intent not in turn.dialogue.intents
    return dispatch(turn, meant.intent) if asked and fresh and meant.confidence >= turn.threshold else []


def _answer(turn: Turn) -> list[Effect]:
    if _asks_for_person(turn):
        return people.hand_off_on_wish(turn)
    if people.sent_proof(turn):
        return people.about_media(turn)
    other = identify.other_document(turn)
    if isinstance(other, Turn):
        # The number is registered for several people: the document says that another of them is meant now.
        return [BindIdentity(other.customer().ref, "phone"), *_by_meaning(other)]
    if other is not None:
        return other
    expected = expectations.answer(turn, dispatch)
    if expected is not None:
        return expected
    if turn.reply_id.startswith("intent:") and turn.reply_id[7:] in ANSWERS:
        return dispatch(turn, turn.reply_id[7:])
    if not turn.text:
        return people.about_media(turn)
    return _by_meaning(turn)


def _asks_for_person(turn: Turn) -> bool:
    return wants_person(turn.text) or turn.reply_id == "intent:talk_to_human"


def _by_meaning(turn: Turn) -> list[Effect]:
    meant = turn.understanding()
    if meant.intent == "inform" and identify.typed_document(turn.text):
        # Nobody asked, but it says who writes; whoever is known already is asked for the wish.
        return dispatch(turn, "greet") if turn.identified().customer else identify.ask(turn, "greet", dispatch)
    if meant.source == "unavailable":
        return offer_menu(turn, "menu.no_understanding")
    if meant.intent == "out_of_scope" and meant.confidence >= turn.threshold and not turn.dialogue.misses:
        return dispatch(turn, "out_of_scope")
    if meant.confidence < turn.threshold or meant.intent in UNSURE or meant.intent not in ANSWERS:
        return offer_menu(turn, "menu.not_understood")
    return dispatch(choose.elsewhere(turn), meant.intent)


def offer_menu(turn: Turn, lead: str) -> list[Effect]:
    """Asks once with a short list; the second miss in a row goes to a person."""
    if turn.dialogue.misses:
        return people.hand_off(turn, "N1", "not_understood", "handoff.not_understood")
    return help_menu.show(turn, lead, misses=1)


def dispatch(turn: Turn, intent: str) -> list[Effect]:
    """The answer to an intent, or the question that has to come first: who are you, which contract."""
    try:
        effects = ANSWERS[intent](turn)
    except NeedsIdentity:
        return identify.ask(turn, intent, dispatch)
    except NeedsChoice as choice:
        return choose.ask(turn, intent, choice.contracts)
    dialogue = remembered(turn.dialogue, effects)
    if dialogue is turn.dialogue:
        dialogue = replace(dialogue, expect="", intent="", misses=0, data={})
    if intent not in {*dialogue.intents, *SMALL_TALK}:
        dialogue = replace(dialogue, intents=(*dialogue.intents, intent))
    return [*identify.bind(turn), *_without_memory(effects), Remember(dialogue)]


def remembered(dialogue: Dialogue, effects: Sequence[Effect]) -> Dialogue:
    """The dialogue as the effects leave it."""
    for effect in effects:
        if isinstance(effect, Remember):
            dialogue = effect.dialogue
    return dialogue


def _one_bubble(turn: Turn, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Every reply costs: what is said in one turn is said in one bubble, and the first one carries the protocol."""
    said = [effect for effect in effects if isinstance(effect, Say)]
    dialogue = remembered(turn.dialogue, effects)
    rest = [effect for effect in _without_memory(effects) if not isinstance(effect, Say)]
    if not said:
        return (*rest, Remember(dialogue)) if dialogue is not turn.dialogue else tuple(rest)
    text = "\n\n".join(say.text for say in said)
    if not dialogue.protocol_told and turn.protocol not in text:
        text = f"{text}\n\n{turn.texts('protocol', protocol=turn.protocol)}"
    last = next((say for say in reversed(said) if say.options), said[-1])
    document = next((say.document for say in said if say.document), None)
    if any(isinstance(effect, HandOff | Close) for effect in effects):
        # Nobody of ours would read the tap.
        last = Say("")
    bubble = Say(text, last.options, last.list_button, document)
    dialogue = replace(dialogue, protocol_told=True)
    if document and (len(text) > CAPTION_LIMIT or last.options):
        # A caption is short and takes no buttons: the words follow in a bubble of their own.
        return (Say("", document=document), replace(bubble, document=None), *rest, Remember(dialogue))
    return (bubble, *rest, Remember(dialogue))


def _without_memory(effects: Sequence[Effect]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, Remember)]


def _handed_off(effects: Sequence[Effect]) -> bool:
    return any(isinstance(effect, HandOff | Wait) for effect in effects)
