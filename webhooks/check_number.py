"""Asks each channel how its number is doing, keeps the answer, and raises or ends alerts about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Unreachable
from core.later import Later
from models import utc_now
from models.alert import end_alert, raise_alert
from models.channel_state import TOKEN_ENDS_SOON, ChannelState, channel_name
from webhooks.channels.health_ports import NumberHealth, NumberState

log = logging.getLogger(__name__)

AGAIN_SECONDS = 20.0
TOKEN_CRITICAL = timedelta(days=1)
QUALITY = {"YELLOW": ("warning", "média (amarela)"), "RED": ("critical", "baixa (vermelha)")}


def check_numbers(_ref_id: int, *, db: Database, channels: Mapping[str, NumberHealth]) -> None:
    """Asks all of them. A channel that does not answer keeps what was known, with why it could not be asked.

    Raises Later when one did not answer for the first time, so that it is asked again soon; the second time in a row
    is an alert. Everybody is away for a moment now and then.
    """
    again = ""
    for channel, health in channels.items():
        try:
            state = health.check()
        except Failure as failure:
            log.warning("the number of %s could not be asked about: %s", channel, failure.code)
            with db.transaction() as session:
                told = _could_not_ask(session, channel, failure)
            again = again if told else failure.code
            continue
        with db.transaction() as session:
            _learn(session, channel, state, utc_now())
    if again:
        raise Later(AGAIN_SECONDS, again)


def _could_not_ask(session: Session, channel: str, failure: Failure) -> bool:
    """Keeps why; True when it is told to people by now."""
    known = session.get(ChannelState, channel)
    worth_telling = not isinstance(failure, Unreachable) or (known is not None and bool(known.check_error))
    if worth_telling:
        text = f"{channel_name(channel)}: não foi possível consultar o número ({failure.code})."
        raise_alert(session, "number.unreachable", channel, text)
    _keep(session, channel, {"check_error": failure.code, "checked_at": utc_now()})
    return worth_telling


def _learn(session: Session, channel: str, state: NumberState, now: datetime) -> None:
    row = {
        "name": state.name,
        "quality": state.quality,
        "throughput": state.throughput,
        "messaging_limit": state.messaging_limit,
        "account_status": state.account_status,
        "token_expires_at": state.token_expires_at,
        "detail": state.detail,
    }
    _keep(session, channel, {**row, "check_error": None, "checked_at": now})
    end_alert(session, "number.unreachable", channel)
    name = channel_name(channel)
    severity, word = QUALITY.get(state.quality, ("", ""))
    _say(session, "number.quality", channel, severity, f"{name}: a qualidade do número está {word}.")
    trouble = f"{name}: a situação do número ou da conta é {state.account_status}."
    _say(session, "number.status", channel, "critical" if state.account_status else "", trouble)
    _token(session, channel, name, state.token_expires_at, now)


def _token(session: Session, channel: str, name: str, ends: datetime | None, now: datetime) -> None:
    left = ends - now if ends else None
    severity = "" if left is None or left > TOKEN_ENDS_SOON else "critical" if left <= TOKEN_CRITICAL else "warning"
    days = max(0, left.days) if left else 0
    when = "em menos de um dia" if days < 1 else "em um dia" if days == 1 else f"em {days} dias"
    _say(session, "number.token", channel, severity, f"{name}: o token de acesso vence {when}. Gere outro.")


def _say(session: Session, kind: str, channel: str, severity: str, text: str) -> None:
    """Opens or renews the alert; without a severity all is well, and the alert ends."""
    if severity:
        raise_alert(session, kind, channel, text, severity=severity)
    else:
        end_alert(session, kind, channel)


def _keep(session: Session, channel: str, values: Mapping[str, object]) -> None:
    new = insert(ChannelState).values(channel=channel, **values)
    session.execute(new.on_conflict_do_update(index_elements=["channel"], set_=dict(values)))
