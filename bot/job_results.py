"""Telling the customer how an action on the network ended, and only what its reading back supports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from billing.invoices import order_for_payment, overdue, total_cents
from bot import people
from bot.answers.diagnosis import tried_options
from bot.effects import Effect, JobTold, OpenTicket, Option, Remember, Say, Wait
from bot.turn import JobResult, SourceDown, Turn
from bot.verdict import Verdict, judge
from core.dates import format_hour
from core.money import format_brl

OPEN = frozenset({"asked", "approved", "running"})
DONE = frozenset({"verified", "already"})
STILL_WORKING_AFTER_SECONDS = 20
GIVE_UP_AFTER_SECONDS = 180


def tell(turn: Turn, finished: Sequence[JobResult]) -> list[Effect]:
    """The last result is told, a changed signal rather than a measurement; all of them count as told."""
    told: list[Effect] = [JobTold(job.id) for job in finished]
    job = ([job for job in finished if job.action != "diagnose"] or list(finished))[-1]
    if job.action == "diagnose":
        return told + _diagnosis(turn, job)
    if job.action == "release_signal":
        return told + (_released(turn, job) if job.state in DONE else _not_released(turn, job))
    return told + _blocked_again(turn)


def while_running(turn: Turn) -> list[Effect]:
    """An action is under way: its result will answer. After a while one word that it goes on; at last a person."""
    oldest = max(job.age_seconds for job in turn.jobs)
    if oldest > GIVE_UP_AFTER_SECONDS:
        # The job is not told of yet: its end becomes a note for whoever owns the conversation by then.
        return people.hand_off(turn, "N2", "action_stuck", "handoff.action_stuck")
    if oldest < STILL_WORKING_AFTER_SECONDS or turn.dialogue.data.get("still_told"):
        return [Wait()]
    data = {**turn.dialogue.data, "still_told": True}
    return [Wait(), Say(turn.texts("job.still_working")), Remember(replace(turn.dialogue, data=data))]


def _released(turn: Turn, job: JobResult) -> list[Effect]:
    until = turn.dialogue.data.get("until")
    end = turn.when(datetime.fromisoformat(until)) if until else ""
    text = turn.texts("release.done", name=turn.first_name(), until=end) if end else turn.texts("release.done_paid")
    if debt := _debt(turn, job):
        text = f"{text} {turn.texts('release.remember', amount=debt)}"
    option = Option("intent:invoice_second_copy", turn.texts("button.second_copy"))
    line = turn.texts("learnt.released", state=job.state, outcome=job.outcome)
    learnt = people.learnt(turn, line)
    dialogue = replace(turn.dialogue, expect="back", contract=job.contract_ref, misses=0, data={}, learnt=learnt)
    return [Say(text, (option,)), Remember(dialogue)]


def _debt(turn: Turn, job: JobResult) -> str:
    """What stays overdue on the contract of the job; nothing where it is not proved who reads it."""
    try:
        if turn.identified().customer is None:
            return ""
        due = overdue(order_for_payment(turn.fact(f"invoices:{job.contract_ref}")), turn.today)
    except SourceDown:
        return ""
    return format_brl(total_cents(due)) if due else ""


def _not_released(turn: Turn, job: JobResult) -> list[Effect]:
    line = turn.texts("learnt.not_released", state=job.state, outcome=job.outcome)
    turn = replace(turn, dialogue=replace(turn.dialogue, learnt=people.learnt(turn, line)))
    return people.hand_off(turn, "N2", "release_failed", "handoff.release_failed")


def _blocked_again(turn: Turn) -> list[Effect]:
    option = Option("intent:invoice_second_copy", turn.texts("button.second_copy"))
    return [Say(turn.texts("release.ended", name=turn.first_name()), (option,))]


def _diagnosis(turn: Turn, job: JobResult) -> list[Effect]:
    if job.state not in DONE:
        return people.hand_off(turn, "N2", "diagnosis_failed", "handoff.diagnosis_failed")
    verdict = judge(job.facts, turn.weak_dbm)
    evidence = _evidence(turn, verdict)
    line = turn.texts("learnt.diagnosis", verdict=turn.texts(f"cause.{verdict.cause}"), evidence=evidence)
    again = bool(turn.dialogue.data.get("tried"))
    told = replace(turn, dialogue=replace(turn.dialogue, learnt=people.learnt(turn, line)))
    lead = str(turn.dialogue.data.get("lead", ""))
    start = turn.texts("sorry") + "\n\n" if turn.dialogue.data.get("sorry") else ""
    start += turn.texts(f"lead.{lead}") + "\n\n" if lead else ""
    text = start + turn.texts(f"verdict.{verdict.cause}", name=turn.first_name(), evidence=evidence)
    if verdict.remedy == "ticket" or (again and verdict.remedy == "try" and verdict.cause != "all_good"):
        return _ticket(told, job, verdict, text, line)
    if verdict.remedy == "person" or again:
        return people.hand_off(told, "N2", "needs_technician", "handoff.after_verdict", verdict=text)
    dialogue = replace(told.dialogue, expect="tried", intent="", misses=0, data={})
    text = f"{text} {turn.texts(f'step.{verdict.cause}')}"
    return [Say(text, tried_options(turn)), Remember(dialogue)]


def _ticket(turn: Turn, job: JobResult, verdict: Verdict, text: str, line: str) -> list[Effect]:
    """A technician has to go: a ticket with the evidence, and the conversation to those who will arrange it."""
    ticket = OpenTicket(job.contract_ref, turn.texts(f"cause.{verdict.cause}"), line, dict(job.facts))
    return [ticket, *people.hand_off(turn, "N2", "needs_technician", "ticket.opened", verdict=text)]


def _evidence(turn: Turn, verdict: Verdict) -> str:
    """What was measured and when; nothing where nothing was."""
    if verdict.measured_at is None:
        return turn.texts("evidence.none")
    zone = turn.provider.timezone
    parts = [turn.texts("evidence.at", hour=format_hour(verdict.measured_at, zone))]
    if verdict.rx_dbm is not None:
        parts.append(turn.texts("evidence.power", dbm=f"{verdict.rx_dbm:.1f}".replace(".", ",")))
    if verdict.since is not None and verdict.cause in {"fibre_cut", "no_power", "offline"}:
        parts.append(turn.texts("evidence.since", since=turn.when(verdict.since)))
    return ", ".join(parts)
