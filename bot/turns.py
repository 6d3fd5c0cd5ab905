"""One turn of a conversation: read, find facts, decide, write. Answers everything that waits, or finds nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.provider import Provider
from billing.settlement import Settlement
from billing.trust_unlock import Policy
from bot.apply import Applied, apply
from bot.decide import decide
from bot.effects import Effect
from bot.facts import FactFinder, Sources
from bot.job_results import OPEN
from bot.loop import is_machine
from bot.needs import Missing
from bot.readings import record_readings
from bot.snapshot import Snapshot, read_snapshot
from bot.stillness import wait_if_told, without_settled
from bot.texts import Texts
from bot.turn import Turn
from bot.waiting_told import hear_taps
from core.db import Database
from core.errors import Conflict
from handoff.events import add_note
from handoff.hand_over import hand_over
from handoff.job_names import JOB_STATE, job_action, outcome_said
from handoff.queues import DEFAULT_QUEUE
from models import utc_now
from models.network_job import NetworkJob
from nlu.understanding import Understanding

log = logging.getLogger(__name__)

MOST_FACTS = 40
# Fragments may push the answer back, but not for ever.
LONGEST_WAIT_IN_DEBOUNCES = 4


@dataclass(frozen=True)
class Business:
    """The provider and its policies, read fresh for each turn: a person may change them in the console."""

    provider: Provider
    policy: Policy
    settlement: Settlement = field(default_factory=Settlement)


@dataclass(frozen=True)
class Bot:
    """What a turn is taken with. `orders_on` are the channels that show an order to review and pay; `can_ask` is what
    each channel has a button for (contact, location), `voice` what becomes of a voice note without a transcript
    (ask_text, hand_over), `hears` whether anything makes transcripts. For `keep_seconds` a
    line is not measured again."""

    db: Database
    sources: Sources
    business: Callable[[], Business]
    texts: Texts
    proof: str
    debounce: timedelta
    orders_on: frozenset[str] = frozenset()
    can_ask: Mapping[str, frozenset[str]] = field(default_factory=dict)
    voice: str = "ask_text"
    hears: bool = False
    keep_seconds: float = 0.0


def take_turn(conversation_id: int, *, bot: Bot) -> None:
    """Answers what waits in the conversation. May be called at any time, twice, or in parallel.

    Raises Conflict when the conversation changed meanwhile: then it is to be called again. Raises Later while the bot
    has to be quiet.
    """
    with bot.db.reading() as session:
        snapshot = read_snapshot(session, conversation_id)
        runs_away = bool(snapshot.inbound) and snapshot.handler == "bot" and is_machine(session, snapshot.contact_id)
    if snapshot.handler != "bot":
        with bot.db.transaction() as session:
            _leave_to_people(session, snapshot)
            hear_taps(session, snapshot, bot.texts)
        return
    snapshot = without_settled(bot.db, snapshot)
    if not snapshot.inbound and not snapshot.jobs:
        return
    wait_if_told(snapshot, hears=bot.hears)
    if runs_away:
        _to_people(bot, conversation_id, "reason.runs_away", by_machine=True)
        return
    if _more_is_coming(snapshot, bot.debounce):
        return
    effects, understanding = decided(bot, snapshot)
    if not effects:
        return
    with bot.db.transaction() as session:
        erp_unlocks = "trust_unlock" in bot.sources.erp.capabilities()
        applied = Applied(bot.sources.secret_key, bot.texts, bot.keep_seconds, erp_unlocks)
        written = apply(session, snapshot, effects, applied)
        if written and understanding:
            record_readings(session, snapshot, understanding)
    if not written:
        raise Conflict("conversation_changed", str(conversation_id))


def give_up(conversation_id: int, *, bot: Bot) -> None:
    """The bot could not answer, however often it tried: a person has to, and sees why."""
    _to_people(bot, conversation_id, "reason.given_up")


def _to_people(bot: Bot, conversation_id: int, why: str, *, by_machine: bool = False) -> None:
    reason, language = bot.texts(why), bot.texts.language
    with bot.db.transaction() as session:
        hand_over(
            session,
            conversation_id,
            queue=DEFAULT_QUEUE,
            reason=reason,
            summary=reason,
            language=language,
            by_machine=by_machine,
        )


def decided(
    bot: Bot, snapshot: Snapshot, recalled: tuple[str, ...] = ()
) -> tuple[tuple[Effect, ...], Understanding | None]:
    """What to do, and what the messages were understood as, if that was asked for. `recalled` are wishes
    that waited for the ERP, and are to be answered now."""
    business = bot.business()
    finder = FactFinder(bot.sources, snapshot)
    facts: dict[str, Any] = {}
    for _ in range(MOST_FACTS):
        try:
            return decide(_turn(bot, business, snapshot, facts, recalled)), facts.get("understanding")
        except Missing as missing:
            facts[missing.key] = finder.find(missing.key)
    # What stands behind a name may be a secret.
    names = {key.partition(":")[0] for key in facts}
    raise RuntimeError(f"a decision asked for more than {MOST_FACTS} facts: {sorted(names)}")


def _turn(
    bot: Bot, business: Business, snapshot: Snapshot, facts: Mapping[str, Any], recalled: tuple[str, ...]
) -> Turn:
    return Turn(
        protocol=snapshot.protocol,
        dialogue=snapshot.dialogue,
        inbound=snapshot.inbound,
        jobs=snapshot.jobs,
        now=utc_now(),
        provider=business.provider,
        policy=business.policy,
        settlement=business.settlement,
        texts=bot.texts,
        proof=bot.proof,
        facts=facts,
        pays_in_chat=snapshot.channel in bot.orders_on,
        can_ask=bot.can_ask.get(snapshot.channel, frozenset()),
        phone_hidden=not snapshot.phones,
        voice=bot.voice,
        kept=snapshot.kept,
        recalled=recalled,
    )


def _more_is_coming(snapshot: Snapshot, debounce: timedelta) -> bool:
    """Whether a fragment came so lately that its own turn is still due: that one will answer everything."""
    if snapshot.newest_received_at is None or snapshot.oldest_received_at is None or len(snapshot.inbound) < 2:
        return False
    now = utc_now()
    fresh = now - snapshot.newest_received_at < debounce * 0.9
    return fresh and now - snapshot.oldest_received_at < debounce * LONGEST_WAIT_IN_DEBOUNCES


def _leave_to_people(session: Session, snapshot: Snapshot) -> None:
    """A person owns the conversation: results of the network become notes for them, and the bot stays silent."""
    for job in snapshot.jobs:
        if job.state in OPEN:
            continue
        text = f"{job_action(job.action)}: {JOB_STATE[job.state]}. {outcome_said(job.outcome, job.state)}".strip()
        add_note(
            session,
            snapshot.conversation_id,
            snapshot.channel,
            text,
            author="system",
            network_job=job.id,
            facts=dict(job.facts),
        )
        session.execute(update(NetworkJob).where(NetworkJob.id == job.id).values(told_at=utc_now()))
