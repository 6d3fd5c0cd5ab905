"""invoice_question: what is known of a payment; else a person takes it, in Financeiro."""

from __future__ import annotations

from bot import people
from bot.answers.paid_already import about_payment
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Says what is known of a payment that is claimed; anything else goes to people at once, nothing is asked first."""
    if turn.replies.says_paid(turn.text):
        return about_payment(turn, turn.contract())
    return people.hand_off(turn, "Financeiro", "invoice_question", "handoff.invoice_question")
