"""An action on the network that a conversation asks for: its job, and the reminders that it is waited for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.effects import PAID, AskNetwork
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from provisioning.action import DIAGNOSE, RELEASE_SIGNAL
from provisioning.diagnosis_context import recent_diagnosis, tell_again
from provisioning.outages.reports import add_report
from provisioning.releasing import release_underway
from provisioning.request import ask, target_of

REMIND_AFTER_SECONDS = 21
STUCK_AFTER_SECONDS = 185


def ask_network(
    session: Session,
    effect: AskNetwork,
    conversation_id: int,
    keep_seconds: float,
    trust_unlock_id: int | None = None,
    *,
    waits: bool = False,
) -> None:
    """Asks for it in the caller's transaction. A measurement that need not be fresh is told again where one is known
    that is younger than `keep_seconds`, and a release that is paid for is told of here where one is under way already.
    What a customer says of their line counts as a report of it. With `waits`, something else starts it.
    """
    target = target_of(session, effect.contract_ref)
    if (effect.action, effect.reason) == (DIAGNOSE, "customer_reported"):
        add_report(session, target, conversation_id)
    if effect.action == DIAGNOSE and not effect.fresh:
        known = recent_diagnosis(session, effect.contract_ref, keep_seconds)
        if known is not None:
            tell_again(session, known, conversation_id, effect.reason, effect.cause)
            return
    if (effect.action, effect.reason) == (RELEASE_SIGNAL, PAID):
        release = release_underway(session, effect.contract_ref)
        if release is not None and release.conversation_id is None:
            tell_here(session, release, conversation_id)
            return
    ask(
        session,
        effect.action,
        target=target,
        reason=effect.reason,
        asked_by="bot",
        cause=effect.cause,
        conversation_id=conversation_id,
        trust_unlock_id=trust_unlock_id,
        waits=waits,
        **_given(effect),
    )
    _remind(session, conversation_id)


def tell_here(session: Session, job: NetworkJob, conversation_id: int) -> None:
    """The conversation hears how the job ends, which nobody waited for so far; at once where it has ended already."""
    job.conversation_id = conversation_id
    if job.state in OPEN_STATES:
        _remind(session, conversation_id)
    else:
        add_work(session, "turn", conversation_id)


def _remind(session: Session, conversation_id: int) -> None:
    for seconds in (REMIND_AFTER_SECONDS, STUCK_AFTER_SECONDS):
        add_work(session, "turn", conversation_id, after_seconds=seconds)


def _given(effect: AskNetwork) -> dict[str, Any]:
    """What the action is given beside its target; secrets are locked already."""
    given: dict[str, Any] = {"arguments": dict(effect.arguments)} if effect.arguments else {}
    return {**given, "secrets": effect.secrets.encode()} if effect.secrets else given
