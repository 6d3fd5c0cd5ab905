"""The answer to a question of ours, read in the light of that question before anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot import choose, identify
from bot.answers import ANSWERS, REPLIES
from bot.effects import Effect, Remember, Say
from bot.replies import chosen
from bot.turn import NeedsChoice, NeedsIdentity, Turn

Dispatch = Callable[[Turn, str], list[Effect]]

# These never change the subject while a question of ours is open.
WEAK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "inform", "out_of_scope", "unavailable", "help_menu"})
# What a question is about, for the case that it is no longer proved who answers it.
SUBJECT = {
    "confirm_release": "signal_release",
    "another_invoice": "invoice_second_copy",
    "tried": "outage_no_connection",
    "back": "signal_release",
    "last_invoice": "invoice_second_copy",
}
# Nothing was asked here: these words are only read in the light of what was done, and never asked for again.
UNASKED = frozenset({"back", "last_invoice"})


def answer(turn: Turn, dispatch: Dispatch) -> list[Effect] | None:
    """The effects of an expected answer, or None when nothing was expected or the customer speaks of something else."""
    expect = turn.dialogue.expect
    if not expect:
        return None
    if expect == "menu":
        return _menu(turn, dispatch)
    if expect == "contract":
        return _contract(turn, dispatch)
    if expect in {"document", "two_facts", "one_time_code"}:
        return _identity(turn, dispatch, expect)
    if expect not in REPLIES:
        return None
    try:
        reply = REPLIES[expect](turn)
    except (NeedsIdentity, NeedsChoice):
        return dispatch(turn, SUBJECT[expect])
    if reply is not None or expect in UNASKED:
        return reply
    return None if _other_subject(turn) else _once_more(turn)


def _menu(turn: Turn, dispatch: Dispatch) -> list[Effect] | None:
    name = chosen(turn.text, turn.reply_id, turn.dialogue.data.get("options", ()))
    return dispatch(turn, name.removeprefix("intent:")) if name else None


def _contract(turn: Turn, dispatch: Dispatch) -> list[Effect] | None:
    known = choose.picked(turn)
    if known:
        return dispatch(known, turn.dialogue.intent)
    return None if _other_subject(turn) else _once_more(turn)


def _identity(turn: Turn, dispatch: Dispatch, expect: str) -> list[Effect] | None:
    if expect == "document":
        found = identify.answer_document(turn, dispatch)
        if found is not None:
            return found
        return None if _other_subject(turn) else identify.ask_again(turn)
    if not any(char.isdigit() for char in turn.text) and _other_subject(turn):
        return None
    if expect == "one_time_code":
        return identify.answer_code(turn, dispatch)
    return identify.answer_facts(turn, dispatch)


def _other_subject(turn: Turn) -> bool:
    """Whether the customer clearly speaks of something else than what was asked."""
    if turn.reply_id.startswith("intent:"):
        return True
    if not turn.text:
        return True
    meant = turn.understanding()
    if turn.dialogue.expect == "another_invoice" and meant.intent in {"thanks", "goodbye"}:
        # Only an offer: whoever says thanks has what was wanted.
        return True
    return (
        meant.intent in ANSWERS
        and meant.intent not in WEAK
        and meant.intent != turn.dialogue.intent
        and meant.confidence >= turn.threshold
    )


def _once_more(turn: Turn) -> list[Effect] | None:
    """The same question again, once; after that the message is treated like any other."""
    if turn.dialogue.misses:
        return None
    question = turn.texts(f"again.{turn.dialogue.expect}")
    return [Say(question), Remember(replace(turn.dialogue, misses=turn.dialogue.misses + 1))]
