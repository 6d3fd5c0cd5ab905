"""Telling the customer how an action on the network ended, and only what its reading back supports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from billing.invoices import order_for_payment, overdue
from bot import people
from bot.answers import unlock_refused
from bot.answers.wifi_password import tell_wifi
from bot.diagnosis_told import tell_diagnosis
from bot.effects import Effect, IncidentTold, JobTold, Option, Remember, Say, Wait, WatchLine
from bot.guided import REBOOT_STEP, Guide, ask_step, tried_options
from bot.incident import tell_incident
from bot.needs import SourceDown
from bot.owing import owing
from bot.turn import JobResult, OpenIncident, Turn
from handoff.job_names import JOB_STATE, outcome_said
from provisioning.action import BLOCK_SIGNAL, DIAGNOSE, REBOOT_ONU, RELEASE_SIGNAL, SET_WIFI

OPEN = frozenset({"asked", "approved", "running"})
DONE = frozenset({"verified", "already"})
STILL_WORKING_AFTER_SECONDS = 20
GIVE_UP_AFTER_SECONDS = 180
BY_ERP = "erp_"
ERP_RULES = frozenset({"erp_already_used", "erp_not_eligible"})
# An ONU that was restarted needs about two minutes.
REBOOT_SECONDS = 120.0


def tell(turn: Turn, finished: Sequence[JobResult]) -> list[Effect]:
    """The last result is told, a changed signal rather than a measurement; all of them count as told."""
    told: list[Effect] = [JobTold(job.id) for job in finished]
    job = ([job for job in finished if job.action != DIAGNOSE] or list(finished))[-1]
    teller = TELLERS.get(job.action)
    return told + (teller(turn, job) if teller else [])


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
    until = _until(turn, job)
    end = turn.when(until) if until else ""
    text = turn.texts("release.done", name=turn.first_name(), until=end) if end else turn.texts("release.done_paid")
    if debt := _debt(turn, job):
        text = f"{text} {turn.texts('release.remember', amount=debt)}"
    incident: OpenIncident | None = turn.fact(f"incident:{job.contract_ref}")
    if incident:
        # Released, and still without internet: the fault is what there is to wait for.
        text = f"{text}\n\n{tell_incident(turn, incident)}"
    option = Option("intent:invoice_second_copy", turn.texts("button.second_copy"))
    line = turn.texts("learnt.released")
    learnt = people.learnt(turn, line)
    dialogue = replace(turn.dialogue, expect="back", contract=job.contract_ref, misses=0, data={}, learnt=learnt)
    told: list[Effect] = [IncidentTold(incident.id, job.contract_ref)] if incident else []
    return [Say(text, (option,)), *told, Remember(dialogue)]


def _until(turn: Turn, job: JobResult) -> datetime | None:
    """The end that the ledger has, which may be the ERP's own; before that, the one that was shown. None for a release
    that was not on trust."""
    shown = turn.dialogue.data.get("until")
    if not shown:
        return None
    running = [promise.expires_at for promise in turn.fact(f"promises:{job.contract_ref}") if promise.kept is None]
    return max(running, default=datetime.fromisoformat(str(shown)))


def _debt(turn: Turn, job: JobResult) -> str:
    """What stays overdue on the contract of the job; nothing where it is not proved who reads it."""
    try:
        if turn.identified().customer is None:
            return ""
        due = overdue(order_for_payment(turn.fact(f"invoices:{job.contract_ref}")), turn.today)
    except SourceDown:
        return ""
    return owing(turn.texts, due) if due else ""


def _not_released(turn: Turn, job: JobResult) -> list[Effect]:
    if job.state == "refused" and job.outcome.startswith(BY_ERP):
        return _refused_by_erp(turn, job)
    state, outcome = JOB_STATE[job.state], outcome_said(job.outcome, job.state)
    line = turn.texts("learnt.not_released", state=state, outcome=outcome)
    turn = replace(turn, dialogue=replace(turn.dialogue, learnt=people.learnt(turn, line)))
    return people.hand_off(turn, "N2", "release_failed", "handoff.release_failed")


def _refused_by_erp(turn: Turn, job: JobResult) -> list[Effect]:
    """The ERP's own rule, which wins: explained like one of ours."""
    known = job.outcome if job.outcome in ERP_RULES else BY_ERP + "not_eligible"
    try:
        invoices = list(turn.fact(f"invoices:{job.contract_ref}"))
    except SourceDown:
        return people.hand_off(turn, "Financeiro", "release_failed", "handoff.release_failed")
    return unlock_refused.told(turn, job.contract_ref, known, invoices)


def _blocked_again(turn: Turn) -> list[Effect]:
    option = Option("intent:invoice_second_copy", turn.texts("button.second_copy"))
    return [Say(turn.texts("release.ended", name=turn.first_name()), (option,))]


def _measured(turn: Turn, job: JobResult) -> list[Effect]:
    if job.state not in DONE:
        return people.hand_off(turn, "N2", "diagnosis_failed", "handoff.diagnosis_failed")
    return tell_diagnosis(turn, job)


def _rebooted(turn: Turn, job: JobResult) -> list[Effect]:
    """It takes minutes to come back: that is watched, and where it does not help the next step comes."""
    guide = Guide.of(replace(turn.dialogue, contract=job.contract_ref))
    if job.state in DONE:
        kept = replace(guide, step=REBOOT_STEP).kept()
        dialogue = replace(turn.dialogue, expect="tried", contract=job.contract_ref, misses=0, guide=kept, data={})
        watch = WatchLine(job.contract_ref, first_seconds=REBOOT_SECONDS)
        return [watch, Say(turn.texts("reboot.done"), tried_options(turn)), Remember(dialogue)]
    # Whatever else became of it, it is no end: the customer can do something, or a person looks.
    guide = replace(guide, step=REBOOT_STEP).after_step()
    if guide.next:
        turn = replace(turn, dialogue=replace(turn.dialogue, contract=job.contract_ref))
        return ask_step(turn, guide, turn.texts("reboot.not_done"))
    return people.hand_off(turn, "N2", "needs_technician", "handoff.reboot_failed")


TELLERS: Mapping[str, Callable[[Turn, JobResult], list[Effect]]] = {
    DIAGNOSE: _measured,
    REBOOT_ONU: _rebooted,
    RELEASE_SIGNAL: lambda turn, job: (_released if job.state in DONE else _not_released)(turn, job),
    BLOCK_SIGNAL: lambda turn, job: _blocked_again(turn),
    SET_WIFI: tell_wifi,
}
