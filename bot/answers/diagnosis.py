"""Looking at the line, shared by the answers about a connection: known incident first, then a measurement."""

from __future__ import annotations

from dataclasses import replace

from billing.ports import Contract
from bot.effects import AskNetwork, Effect, IncidentTold, Option, Remember, Say
from bot.turn import Turn

DIAGNOSE = "diagnose"
SOLVED, UNSOLVED = "tried:yes", "tried:no"


def start_diagnosis(turn: Turn, contract: Contract, lead: str) -> list[Effect]:
    """Tells of a known incident, else asks for a measurement. `lead` names the sentence before the verdict."""
    incident = turn.incident(contract)
    intents = tuple(name for name in dict.fromkeys((*turn.dialogue.intents, turn.dialogue.intent)) if name)
    dialogue = replace(
        turn.dialogue, expect="", intent="", contract=contract.ref, misses=0, intents=intents, data={"lead": lead}
    )
    if incident:
        name = "incident.planned" if incident.planned else "incident.open"
        eta = turn.when(incident.eta) if incident.eta else ""
        text = turn.texts(
            name,
            name=turn.first_name(),
            cause=incident.cause,
            since=turn.when(incident.started_at),
            eta=turn.texts("incident.eta", eta=eta) if eta else turn.texts("incident.no_eta"),
        )
        return [Say(text), IncidentTold(incident.id, contract.ref), Remember(replace(dialogue, data={}))]
    cause = f"turn:{turn.inbound[-1].id if turn.inbound else turn.now.isoformat()}"
    return [AskNetwork(DIAGNOSE, contract.ref, "customer_reported", cause), Remember(dialogue)]


def tried_options(turn: Turn) -> tuple[Option, ...]:
    """The buttons under a step that the customer is asked to try."""
    return Option(SOLVED, turn.texts("button.solved")), Option(UNSOLVED, turn.texts("button.unsolved"))


def _tried(turn: Turn) -> list[Effect] | None:
    """After a step that the customer was asked to try: it works, or the line is measured once more."""
    tapped = turn.reply_id in {SOLVED, UNSOLVED}
    if not tapped and turn.replies.acknowledged(turn.answer):
        return [Say(turn.texts("tried.waiting"))]
    works = turn.reply_id == SOLVED if tapped else turn.replies.worked(turn.answer)
    if works is None:
        return None
    if works:
        dialogue = replace(turn.dialogue, expect="", misses=0, data={})
        return [Say(turn.texts("tried.works", name=turn.first_name())), Remember(dialogue)]
    return measure_again(turn)


def measure_again(turn: Turn) -> list[Effect]:
    """Measures once more after a step that did not help; what is found then goes to people."""
    effects = start_diagnosis(turn, turn.contract(), "")
    last = effects[-1]
    if isinstance(last, Remember):
        effects[-1] = Remember(replace(last.dialogue, data={**last.dialogue.data, "tried": True}))
    return effects


REPLIES = {"tried": _tried}
