"""Telling a customer what was measured on the line, and what comes of it: a step to try, a ticket, a watch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import people
from bot.effects import Effect, OpenTicket, Remember, Say, StopWatching, WatchLine
from bot.guided import OF_THE_LINE, Guide, ask_step
from bot.incident import tell_incident
from bot.turn import JobResult, OpenIncident, Turn
from core.dates import format_hour
from provisioning.diagnosis import Diagnosis, Fault
from provisioning.verdict import DOWN, Verdict, judge

# What is not there at all is no news to a customer; what did not answer is.
NOT_THERE = frozenset({"no_driver", "no_onu"})
READ_AT_THE_PLACE = ("access", "line", "cpe")
SINCE_TOLD = frozenset({"fibre_cut", "no_power", "offline", "area_problem"})

UNKNOWN_OR_DOWN = frozenset({"not_measured", "not_connected", "blocked_in_network", *DOWN.values()})


@dataclass(frozen=True)
class _Told:
    """A finished measurement on its way to the customer: `text` is the verdict as it is said, `line` as staff reads."""

    job: JobResult
    diagnosis: Diagnosis
    verdict: Verdict
    guide: Guide
    text: str
    line: str


def tell_diagnosis(turn: Turn, job: JobResult) -> list[Effect]:
    """The verdict, and the next thing for it; only what the data says is said."""
    diagnosis = Diagnosis.from_facts(job.facts)
    verdict = judge(diagnosis)
    line = turn.texts(
        "learnt.diagnosis",
        verdict=turn.texts(f"cause.{verdict.cause}"),
        evidence=_evidence(turn, diagnosis, verdict),
    )
    before = Guide.of(replace(turn.dialogue, contract=job.contract_ref))
    slow = before.slow or turn.dialogue.data.get("lead") == "slow"
    can_reboot = bool(diagnosis.line and diagnosis.line.can_reboot and diagnosis.line.onu_state == "online")
    guide = replace(before, cause=verdict.cause, slow=slow, reboot=can_reboot)
    text = _lead(turn) + _verdict(turn, diagnosis, verdict)
    told = _Told(job, diagnosis, verdict, guide, text, line)
    turn = replace(turn, dialogue=replace(turn.dialogue, contract=job.contract_ref, learnt=people.learnt(turn, line)))
    # Whoever hears of a line that is up need not be told so once more.
    known_up: list[Effect] = [StopWatching(job.contract_ref)] if verdict.own not in UNKNOWN_OR_DOWN else []
    if before.cause in OF_THE_LINE and verdict.cause == "all_good":
        return [*known_up, *_back(turn, told)]
    if verdict.down and diagnosis.incident:
        text = tell_incident(turn, _known(diagnosis.incident))
        return [Say(text), Remember(replace(turn.dialogue, expect="", misses=0, guide={}, data={}))]
    watch: list[Effect] = [WatchLine(job.contract_ref)] if verdict.down else known_up
    return [*watch, *_goes_on(turn, told)]


def _goes_on(turn: Turn, told: _Told) -> list[Effect]:
    remedy = told.verdict.remedy
    if remedy == "wait":
        text = turn.texts("ticket.area", verdict=told.text, protocol=turn.protocol)
        return [
            _ticket(turn, told),
            Say(text),
            Remember(replace(turn.dialogue, expect="", misses=0, guide={}, data={})),
        ]
    if remedy == "try" and told.guide.next:
        return ask_step(turn, told.guide, told.text)
    turn = replace(turn, dialogue=replace(turn.dialogue, guide={}))
    if remedy == "person":
        return people.hand_off(turn, "N2", "needs_technician", "handoff.after_verdict", verdict=told.text)
    ticket = _ticket(turn, told)
    tried = _tried(turn, told.guide)
    learnt = (*turn.dialogue.learnt, tried) if tried else turn.dialogue.learnt
    turn = replace(turn, dialogue=replace(turn.dialogue, learnt=learnt))
    return [ticket, *people.hand_off(turn, "N2", "needs_technician", "ticket.opened", verdict=told.text)]


def _back(turn: Turn, told: _Told) -> list[Effect]:
    """The line came back while it was worked on: the test is over, and a report that it is not so is listened to."""
    text = turn.texts("verdict_back", name=turn.first_name(), evidence=_evidence(turn, told.diagnosis, told.verdict))
    return [Say(text), Remember(replace(turn.dialogue, expect="back", misses=0, guide={}, data={}))]


def _ticket(turn: Turn, told: _Told) -> OpenTicket:
    """With what was measured and what was tried."""
    text = "\n".join(filter(None, (told.line, _tried(turn, told.guide))))
    evidence = {**told.job.facts, "verdict": told.verdict.cause, "tried": list(told.guide.done)}
    return OpenTicket(told.job.contract_ref, turn.texts(f"cause.{told.verdict.cause}"), text, evidence)


def _tried(turn: Turn, guide: Guide) -> str:
    if not guide.done:
        return ""
    return turn.texts("learnt.tried", steps=", ".join(turn.texts(f"tried_step.{step}") for step in guide.done))


def _lead(turn: Turn) -> str:
    lead = str(turn.dialogue.data.get("lead", ""))
    start = turn.texts("sorry") + "\n\n" if turn.dialogue.data.get("sorry") else ""
    return start + (turn.texts(f"lead.{lead}") + "\n\n" if lead else "")


def _verdict(turn: Turn, diagnosis: Diagnosis, verdict: Verdict) -> str:
    around = verdict.around
    return turn.texts(
        f"verdict.{verdict.cause}",
        name=turn.first_name(),
        evidence=_evidence(turn, diagnosis, verdict),
        down=around.down if around else 0,
        total=around.total if around else 0,
        usual=_dbm(verdict.usual_dbm),
    )


def _evidence(turn: Turn, diagnosis: Diagnosis, verdict: Verdict) -> str:
    """What was measured and when, and what did not answer; nothing where nothing was."""
    missing = [
        turn.texts(f"part.{name}")
        for name in READ_AT_THE_PLACE
        if name in diagnosis.unread and diagnosis.unread[name] not in NOT_THERE
    ]
    if verdict.measured_at is None:
        parts = [turn.texts("evidence.none")]
    else:
        parts = [turn.texts("evidence.at", hour=format_hour(verdict.measured_at, turn.provider.timezone))]
    if verdict.rx_dbm is not None:
        parts.append(turn.texts("evidence.power", dbm=_dbm(verdict.rx_dbm)))
    if verdict.since is not None and verdict.cause in SINCE_TOLD:
        parts.append(turn.texts("evidence.since", since=turn.when(verdict.since)))
    if missing and verdict.cause != "not_measured":
        parts.append(turn.texts("evidence.unread", parts=", ".join(missing)))
    return ", ".join(parts)


def _dbm(power: float | None) -> str:
    return "" if power is None else f"{power:.1f}".replace(".", ",")


def _known(fault: Fault) -> OpenIncident:
    """As a turn knows it; the time of its reading stands in for a start that nobody knows."""
    started = fault.started_at or fault.read_at
    if started is None:
        raise ValueError("an incident without any time")
    return OpenIncident(fault.cause, fault.planned, started, fault.eta)
