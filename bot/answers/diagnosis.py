"""Looking at the line, shared by the answers about a connection: known incident first, then a measurement and steps."""

from __future__ import annotations

from dataclasses import replace

from billing.records import Contract
from bot.effects import AskNetwork, Effect, IncidentTold, Remember, Say, StopWatching
from bot.guided import NO_REBOOT, REBOOT, SOLVED, UNSEEN, UNSOLVED, Guide, ask_step
from bot.incident import tell_incident
from bot.turn import Turn
from provisioning.action import DIAGNOSE, REBOOT_ONU


def start_diagnosis(turn: Turn, contract: Contract, lead: str) -> list[Effect]:
    """Tells of a known incident, else asks for a measurement. `lead` names the sentence before the verdict.

    A measurement of minutes ago will do, unless the customer was asked to try something, or says that something
    changed since.
    """
    incident = turn.incident(contract)
    intents = tuple(name for name in dict.fromkeys((*turn.dialogue.intents, turn.dialogue.intent)) if name)
    dialogue = replace(
        turn.dialogue, expect="", intent="", contract=contract.ref, misses=0, intents=intents, data={"lead": lead}
    )
    if incident:
        told = IncidentTold(incident.id, contract.ref)
        return [Say(tell_incident(turn, incident)), told, Remember(replace(dialogue, guide={}, data={}))]
    fresh = bool(Guide.of(dialogue).step) or turn.replies.says_changed(turn.text)
    return [AskNetwork(DIAGNOSE, contract.ref, "customer_reported", _cause(turn), fresh=fresh), Remember(dialogue)]


def _cause(turn: Turn) -> str:
    return f"turn:{turn.inbound[-1].id if turn.inbound else turn.now.isoformat()}"


def _tried(turn: Turn) -> list[Effect] | None:
    """After a step that the customer was asked to try: it works, or the next one comes."""
    tapped = turn.reply_id in {SOLVED, UNSOLVED}
    if not tapped and turn.replies.acknowledged(turn.answer):
        return [Say(turn.texts("tried.waiting"))]
    works = turn.reply_id == SOLVED if tapped else turn.replies.worked(turn.answer)
    if works is None:
        return None
    return works_again(turn) if works else measure_again(turn)


def works_again(turn: Turn) -> list[Effect]:
    """The customer says that it works: nobody has to be told any more that it is back."""
    dialogue = replace(turn.dialogue, expect="", misses=0, guide={}, data={})
    watched = [StopWatching(turn.dialogue.contract)] if turn.dialogue.contract else []
    return [*watched, Say(turn.texts("tried.works", name=turn.first_name())), Remember(dialogue)]


def measure_again(turn: Turn) -> list[Effect]:
    """The step did not help: the line is measured afresh, or the next step comes at once where it could not tell."""
    before = Guide.of(turn.dialogue)
    guide = before.after_step()
    if before.step in UNSEEN and guide.next:
        return ask_step(turn, guide, "")
    contract = turn.contract()
    if incident := turn.incident(contract):
        told = replace(turn.dialogue, expect="", misses=0, guide={}, data={})
        return [Say(tell_incident(turn, incident)), Remember(told)]
    dialogue = replace(
        turn.dialogue, expect="", intent="", contract=contract.ref, misses=0, guide=guide.kept(), data={}
    )
    return [AskNetwork(DIAGNOSE, contract.ref, "customer_reported", _cause(turn), fresh=True), Remember(dialogue)]


def _reboot(turn: Turn) -> list[Effect] | None:
    """The answer to the offer to restart the ONU from here; a report that it works again is understood all the same."""
    said = turn.reply_id == REBOOT if turn.reply_id in {REBOOT, NO_REBOOT} else turn.replies.accepts(turn.answer)
    if said is None:
        return works_again(turn) if turn.replies.reported(turn.answer) else None
    guide = Guide.of(turn.dialogue)
    if not said:
        return ask_step(turn, guide.after_step(), "") if guide.after_step().next else measure_again(turn)
    contract = turn.contract()
    dialogue = replace(turn.dialogue, expect="", contract=contract.ref, misses=0, guide=guide.kept(), data={})
    return [AskNetwork(REBOOT_ONU, contract.ref, "guided_test", _cause(turn)), Remember(dialogue)]


REPLIES = {"tried": _tried, "confirm_reboot": _reboot}
