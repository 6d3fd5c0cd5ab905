"""Yes and no to marketing, typed as a whole message: honoured before anything else is understood. Pure.

"Sair" may also mean leaving a question. It is both then: a refusal of marketing too many costs the customer nothing,
contractual notices go on and one sentence says how to come back; one too few breaks a promise of the law.
"""

from __future__ import annotations

from dataclasses import replace

from bot import job_results
from bot.dialogue import none_waiting
from bot.effects import ConsentChanged, Effect, Remember, Say
from bot.serve import UNASKED
from bot.turn import Inbound, Turn
from handoff.opt_words import Decision, asks_back, decision_in

OPTED_OUT = "opted_out"


def heard(turn: Turn) -> tuple[list[Effect], Turn]:
    """What the waiting messages decide about marketing, and the turn without them, with what else is to be answered."""
    decided = [(message, decision) for message in turn.inbound if (decision := _decision(turn, message))]
    if not decided:
        return [], turn
    changes: list[Effect] = [ConsentChanged(decision, message.text, message.id) for message, decision in decided]
    others = tuple(message for message in turn.inbound if message not in [message for message, _ in decided])
    running = any(job.state in job_results.OPEN for job in turn.jobs)
    if others and running:
        # They wait for the result, all of them: it is said when that is told.
        return changes, turn
    said = Say(turn.texts(f"consent.{decided[-1][1]}"))
    left = turn.dialogue if turn.dialogue.expect in UNASKED else none_waiting(turn.dialogue)
    asked = [Say(turn.texts("consent.question_left"))] if left is not turn.dialogue else []
    if others or turn.jobs:
        goes_on = replace(turn, inbound=others, jobs=() if running else turn.jobs)
        if others and turn.inbound[0] == decided[0][0]:
            # As if it had come alone: what follows it does not answer the question that it left.
            return [*changes, said, *asked], replace(goes_on, dialogue=left)
        return [*changes, said], goes_on
    expect = OPTED_OUT if decided[-1][1] == "out" else ""
    return [*changes, said, *asked, Remember(replace(left, expect=expect))], replace(turn, inbound=())


def _decision(turn: Turn, message: Inbound) -> Decision | None:
    if message.reply_id:
        return None
    if turn.dialogue.expect == OPTED_OUT and asks_back(message.text):
        return "in"
    return decision_in(message.text)
