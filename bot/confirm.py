"""Asking back before something is done that the model is not sure of: "Você quer ...?", with a tap to answer it."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.help_menu import MOST_LIKELY
from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn
from bot.wishes import likely


def ask(turn: Turn, intent: str) -> list[Effect]:
    """Asks whether `intent` is meant. The ids carry it, so that a tap on an older question is no answer to this one."""
    yes, no = _ids(intent)
    options = (
        Option(yes, turn.texts("button.yes")),
        Option(no, turn.texts("button.something_else")),
        Option("intent:talk_to_human", turn.texts("button.person")),
    )
    dialogue = replace(turn.dialogue, expect="confirm_intent", intent=intent, data={"likely": _likely(turn, intent)})
    return [Say(turn.texts(f"ask_intent.{intent}"), options), Remember(dialogue)]


def answered(turn: Turn) -> bool | None:
    """Whether what was asked back is meant, by tap or words; None when the answer does not tell."""
    yes, no = _ids(turn.dialogue.intent)
    if turn.reply_id in {yes, no}:
        return turn.reply_id == yes
    return turn.replies.yes_or_no(turn.answer)


def _likely(turn: Turn, intent: str) -> list[str]:
    """What else the text may have meant, where it is this turn's text that is asked about."""
    meant = turn.understanding() if turn.text else None
    if meant is None or intent not in {meant.intent, *(one.intent for one in meant.requests)}:
        return []
    return list(likely(meant)[: MOST_LIKELY + 1])


def _ids(intent: str) -> tuple[str, str]:
    return f"confirm:yes:{intent}", f"confirm:no:{intent}"
