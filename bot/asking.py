"""An action on the network that a conversation asks for: its job, and the reminders that it is waited for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot.effects import AskNetwork
from models.outbox import add_work
from provisioning.action import DIAGNOSE
from provisioning.diagnosis_context import recent_diagnosis, tell_again
from provisioning.outages.reports import add_report
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
    that is younger than `keep_seconds`. What a customer says of their line counts as a report of it. With `waits`,
    something else starts it.
    """
    target = target_of(session, effect.contract_ref)
    if (effect.action, effect.reason) == (DIAGNOSE, "customer_reported"):
        add_report(session, target, conversation_id)
    if effect.action == DIAGNOSE and not effect.fresh:
        known = recent_diagnosis(session, effect.contract_ref, keep_seconds)
        if known is not None:
            tell_again(session, known, conversation_id, effect.reason, effect.cause)
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
    for seconds in (REMIND_AFTER_SECONDS, STUCK_AFTER_SECONDS):
        add_work(session, "turn", conversation_id, after_seconds=seconds)


def _given(effect: AskNetwork) -> dict[str, Any]:
    """What the action is given beside its target; secrets are locked already."""
    given: dict[str, Any] = {"arguments": dict(effect.arguments)} if effect.arguments else {}
    return {**given, "secrets": effect.secrets.encode()} if effect.secrets else given
