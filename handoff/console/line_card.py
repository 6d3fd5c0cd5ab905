"""The line of the contract that a conversation is about: its latest diagnosis, and what may be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.evidence import Lines, lines
from handoff.console.line_verdict import LineVerdict, line_verdict
from handoff.console.network.job_words import JobRow, job_row
from handoff.console.ports import House
from handoff.console.wording import waited
from handoff.permits import Deed, may
from handoff.subject import is_theirs, subject_of
from models.conversation import Conversation
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import BLOCK_SIGNAL, DIAGNOSE, REBOOT_ONU, RELEASE_SIGNAL

# What is kept in a diagnosis for judging it, and says nothing to a person.
INNER = frozenset({"limits", "tries"})


@dataclass(frozen=True)
class LineAct:
    """A button. `asks` says that it wants a reason, `sure` what has to be ticked first.

    `proof`: only the contract's own customer may ask for it. Measuring changes nothing, and blocking is the provider's
    own will."""

    name: str
    title: str
    action: str
    deed: Deed
    asks: bool = False
    proof: bool = False
    sure: str = ""


LINE_ACTS = (
    LineAct("diagnose", "Diagnosticar", DIAGNOSE, "line.diagnose"),
    LineAct("release", "Liberar", RELEASE_SIGNAL, "line.release", asks=True, proof=True),
    LineAct("block", "Bloquear", BLOCK_SIGNAL, "line.block", asks=True),
    LineAct(
        "reboot",
        "Reiniciar ONU",
        REBOOT_ONU,
        "line.reboot",
        proof=True,
        sure="O cliente sabe que a conexão cai por minutos",
    ),
)


@dataclass(frozen=True)
class LineCard:
    """`age` is how long ago the diagnosis ended, in words; `going` are the actions that run now."""

    contract: str
    acts: tuple[LineAct, ...]
    verdict: LineVerdict | None
    facts: Lines
    age: str
    job_id: int | None
    failed: str
    going: tuple[JobRow, ...]


def read_line(
    session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime
) -> LineCard | None:
    """The card; None where there is no contract to act on."""
    contract = subject_of(session, conversation)
    if contract is None:
        return None
    mine = select(NetworkJob).where(NetworkJob.contract_ref == contract.ref).order_by(NetworkJob.id.desc())
    ended = mine.where(NetworkJob.action == DIAGNOSE, NetworkJob.state.not_in(OPEN_STATES))
    last = session.scalars(ended.limit(1)).first()
    going = session.scalars(mine.where(NetworkJob.state.in_(OPEN_STATES)).limit(5))
    told = {name: value for name, value in last.facts.items() if name not in INNER} if last else {}
    theirs = is_theirs(session, conversation, contract)
    row = job_row(last, {}, place, now) if last else None
    return LineCard(
        contract=contract.number,
        acts=tuple(act for act in LINE_ACTS if may(who, act.deed) and (theirs or not act.proof)),
        verdict=line_verdict(last.facts, now, place.zone) if last and told else None,
        facts=lines(told, place.zone),
        age=waited(last.finished_at or last.asked_at, now) if last else "",
        job_id=last.id if last and may(who, "network.see") else None,
        failed=row.line if row and last and last.state != "verified" else "",
        going=tuple(job_row(job, {}, place, now) for job in going),
    )
