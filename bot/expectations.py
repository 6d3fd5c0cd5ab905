"""The answer to a question of ours, read in the light of that question before anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import choose, confirm, identify, media, unclear
from bot.answers import REPLIES
from bot.answers.diagnosis import measure_again
from bot.dialogue import none_waiting
from bot.effects import Contradicted, Effect, Remember, Say
from bot.needs import NeedsChoice, NeedsIdentity
from bot.questions import AS_TYPED, LOOSE, OF_IDENTITY, SUBJECT, YES_OR_NO
from bot.serve import UNASKED, answer_wishes, dispatch, noting_wishes, resume
from bot.turn import Turn
from bot.wishes import COURTESY, OF_THE_NETWORK, SMALL_TALK, read

Reading = Callable[[Turn], "list[Effect] | None"]


def answer(turn: Turn) -> list[Effect] | Turn:
    """The effects of an expected answer; or, when nothing was expected or the customer speaks of something else, the
    turn to go on with as with any other."""
    expect = turn.dialogue.expect
    if not turn.text and not turn.reply_id and expect != "phone":
        # Without a word nothing is answered, and the question stays open.
        return turn
    if expect in {"confirm_release", "confirm_deal"} and turn.heard_badly:
        return media.not_heard(turn) if turn.dialogue.misses else _once_more(turn)
    return _read(turn, expect)


def _read(turn: Turn, expect: str) -> list[Effect] | Turn:
    if expect in OF_IDENTITY and turn.replies.gives_up(turn.answer):
        return _given_up(turn)
    if expect in {"two_facts", "one_time_code"}:
        return _proof(turn, expect)
    if expect == "menu":
        return _menu(turn)
    reading = _readings(expect)
    if reading is None:
        return turn
    if expect not in UNASKED and turn.replies.gives_up(turn.answer):
        return _given_up(turn)
    try:
        reply = reading(turn) if expect in AS_TYPED else _answered(turn, reading)
    except (NeedsIdentity, NeedsChoice):
        return dispatch(turn, SUBJECT[expect])
    if reply is not None:
        return reply
    if expect in UNASKED:
        return turn
    if turn.replies.gives_up(_first(turn)) and not read(turn.understanding()).sure:
        # With its reasons, but without another wish.
        return _given_up(turn)
    return _left(turn) if _other_subject(turn) else _once_more(turn)


def _readings(expect: str) -> Reading | None:
    own: dict[str, Reading] = {
        "contract": _contract,
        "phone": lambda turn: identify.answer_phone(noting_wishes(turn), resume),
        "document": lambda turn: identify.answer_document(turn, resume),
        "confirm_intent": _confirm_intent,
    }
    return own.get(expect) or REPLIES.get(expect)


def _answered(turn: Turn, reading: Reading) -> list[Effect] | None:
    """The reply as a whole; else its beginning, where the rest asks for something more, which waits for its turn."""
    expect = turn.dialogue.expect
    more = _more(turn)
    fuller = replace(turn, dialogue=replace(turn.dialogue, pending=_joined(turn.dialogue.pending, more)))
    if expect == "document":
        return _kept(reading(fuller), fuller)
    if more and turn.replies.corrects(turn.answer):
        # The no is to what was understood, not to what was asked.
        return None
    if not more or expect not in LOOSE:
        whole = reading(turn)
        if whole is not None:
            return whole
    if more and not turn.reply_id:
        for part in turn.replies.beginnings(turn.answer):
            if turn.replies.yes_or_no(part) and turn.replies.takes_back(turn.answer, part):
                continue
            found = reading(replace(fuller, part=part))
            if found is not None:
                return _kept(found, fuller)
        return _kept(reading(fuller), fuller) if expect == "tried" else None
    return _plain_no(turn, reading)


def _plain_no(turn: Turn, reading: Reading) -> list[Effect] | None:
    """A no with its reasons is a no; a yes with conditions is none."""
    first = _first(turn)
    if (
        turn.dialogue.expect not in YES_OR_NO
        or turn.replies.yes_or_no(first) is not False
        or read(turn.understanding()).sure
    ):
        return None
    return reading(replace(turn, part=first))


def _more(turn: Turn) -> tuple[str, ...]:
    """What the text clearly asks for beyond what our question is about."""
    if not turn.answer:
        return ()
    about = {turn.dialogue.intent, SUBJECT.get(turn.dialogue.expect, "")}
    if about & OF_THE_NETWORK:
        about |= OF_THE_NETWORK
    return tuple(wish for wish in read(turn.understanding()).sure if wish not in {*about, "complaint"})


def _joined(pending: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*pending, *more)))


def _kept(effects: list[Effect] | None, turn: Turn) -> list[Effect] | None:
    """What waits is remembered, also by a reply that had nothing to remember."""
    if effects is None or any(isinstance(effect, Remember) for effect in effects):
        return effects
    return [*effects, Remember(turn.dialogue)]


def _menu(turn: Turn) -> list[Effect] | Turn:
    data = turn.dialogue.data
    had_read = str(data.get("read", ""))
    name = (turn.replies.chosen(turn.answer, turn.reply_id, data.get("options", ())) or "").removeprefix("intent:")
    if name:
        return [*_contradicted(had_read, name), *resume(turn, name)]
    if turn.replies.gives_up(turn.answer):
        return _given_up(turn)
    if data.get("denied") and turn.text and not turn.reply_id:
        found = read(turn.understanding())
        if found.sure:
            return [*_contradicted(had_read, found.sure[0]), *answer_wishes(turn, found)]
    return turn


def _contradicted(had_read: str, meant: str) -> list[Effect]:
    """Another choice than the bot's own reading corrects it; a person is no reading of the words."""
    return [Contradicted(had_read, meant)] if had_read and meant not in {had_read, "talk_to_human"} else []


def _contract(turn: Turn) -> list[Effect] | None:
    known = choose.picked(turn) or choose.all_of_them(turn)
    return resume(known, turn.dialogue.intent) if known else None


def _confirm_intent(turn: Turn) -> list[Effect] | None:
    """The answer to "Você quer ...?": served, or a list of what else it may be; or what is said to be meant instead."""
    intent, said = turn.dialogue.intent, confirm.answered(turn)
    if said is None and not turn.part and not turn.reply_id and turn.answer:
        found = read(turn.understanding())
        # Asked for once more in other words, and for nothing else: that is a yes.
        said = (
            True
            if {*found.sure, *found.unsure} == {intent} and turn.replies.yes_or_no(_first(turn)) is not False
            else None
        )
    if said is None:
        return None
    if said:
        return resume(replace(turn, dialogue=replace(turn.dialogue, expect="", misses=0, data={})), intent)
    instead = _more(turn) if turn.part else ()
    if not instead:
        return [Contradicted(intent, ""), *unclear.offer_others(turn, intent)]
    cleared = replace(turn, dialogue=replace(turn.dialogue, expect="", intent="", misses=0, data={}))
    return [Contradicted(intent, instead[0]), *answer_wishes(cleared, read(turn.understanding()))]


def _first(turn: Turn) -> str:
    return next(iter(turn.replies.beginnings(turn.answer)), "")


def _proof(turn: Turn, expect: str) -> list[Effect] | Turn:
    if not any(char.isdigit() for char in turn.text) and _other_subject(turn):
        return _left(turn)
    if expect == "one_time_code":
        return identify.answer_code(turn, resume)
    return identify.answer_facts(turn, resume)


def _given_up(turn: Turn) -> list[Effect]:
    """Taken back: neither this nor what waited behind it is wanted any more."""
    text = "release.declined" if turn.dialogue.expect == "confirm_release" else "deny"
    return [Say(turn.texts(text)), Remember(none_waiting(turn.dialogue))]


def _left(turn: Turn) -> Turn:
    """The turn of somebody who speaks of something else: it overtakes, what waited goes on waiting behind it.

    So does the wish that a contract or a proof was asked for, unless the answer begins with a no.
    """
    dialogue = turn.dialogue
    if turn.replies.yes_or_no(_first(turn)) is False:
        dialogue = none_waiting(dialogue)
    elif dialogue.expect in OF_IDENTITY | {"contract"} and dialogue.intent not in {"", *SMALL_TALK}:
        dialogue = replace(dialogue, pending=_joined((dialogue.intent,), dialogue.pending))
    return replace(turn, dialogue=dialogue)


def _other_subject(turn: Turn) -> bool:
    """Whether the customer clearly speaks of something else than what was asked."""
    if turn.reply_id.startswith("intent:") or not turn.text:
        return True
    meant = turn.understanding()
    if turn.dialogue.expect in {"another_invoice", "article_helped"} and meant.intent in {"thanks", "goodbye"}:
        # Only an offer: whoever says thanks has what was wanted.
        return True
    if meant.intent in {"bot_challenge", "goodbye"} and meant.band == "act":
        return True
    if meant.intent == "help_menu" and turn.replies.asks_menu(turn.text):
        return True
    found = read(meant)
    return found.person or any(wish != turn.dialogue.intent for wish in found.sure)


def _measured_again(turn: Turn) -> list[Effect] | Turn:
    """Twice the words did not tell whether a step helped: the line does. Courtesies stay what they are."""
    if turn.dialogue.expect != "tried" or turn.understanding().intent in COURTESY - {"affirm", "deny"}:
        return turn
    return measure_again(turn)


def _once_more(turn: Turn) -> list[Effect] | Turn:
    """The same question again, once; after that the message is treated like any other."""
    if turn.dialogue.expect == "phone":
        return identify.ask_document(turn)
    if turn.dialogue.expect == "document":
        return identify.ask_again(turn)
    if turn.dialogue.misses:
        return _measured_again(turn)
    question = turn.texts(f"again.{turn.dialogue.expect}")
    return [Say(question), Remember(replace(turn.dialogue, misses=turn.dialogue.misses + 1))]
