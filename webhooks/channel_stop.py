"""A channel whose account or token is refused: stopped for all messages, tried by one a minute, started by success."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.db import wake
from models.alert import end_alert, raise_alert
from models.channel_state import ChannelState, channel_name
from models.outbox import QUEUE_OF
from models.pace import Limit, take
from webhooks.remedies import of_name, of_receipt

log = logging.getLogger(__name__)

STOPPED = "channel.stopped"
PROBE_SECONDS = 60.0
# Whoever is not the one that tries waits in any case for the restart, which calls all of them.
REST_SECONDS = 120.0

# In the order in which they were queued.
_GO_ON = text(
    "UPDATE outbox SET run_after = now() + place * interval '1 microsecond' FROM"
    " (SELECT work.id, row_number() OVER (ORDER BY work.ref_id) AS place FROM outbox AS work"
    " JOIN message ON message.id = work.ref_id WHERE work.topic = 'deliver' AND work.done_at IS NULL"
    " AND message.channel = :channel AND message.status = 'queued') AS waiting WHERE outbox.id = waiting.id"
)


def stop_channel(session: Session, channel: str, code: str, now: datetime, *, by_itself: bool = True) -> None:
    """Stops sending and raises the alert; again while it is stopped keeps the beginning and the newest code.

    `by_itself`: one message a minute tries whether it is mended.
    """
    row = insert(ChannelState).values(channel=channel, stopped_at=now, stopped_code=code)
    first = func.coalesce(ChannelState.stopped_at, now)
    session.execute(
        row.on_conflict_do_update(index_elements=["channel"], set_={"stopped_at": first, "stopped_code": code})
    )
    take(session, _probes(channel), now)
    after = (
        "Depois de corrigido, o envio volta sozinho em até um minuto."
        if by_itself
        else f"Depois de corrigido, rode: python cli.py channel resume {channel}"
    )
    words = (
        f"O envio por {channel_name(channel)} parou (erro {code}). Nenhuma mensagem se perdeu: todas esperam. {after}"
    )
    raise_alert(session, STOPPED, channel, words, severity="critical", detail={"code": code})
    log.error("channel %s is stopped: %s. Nothing is lost; messages wait.", channel, code)


def may_probe(session: Session, state: ChannelState, now: datetime) -> bool:
    """Whether this message is the one that tries the stopped channel now; at most one a minute is."""
    code = state.stopped_code or ""
    action = of_name(code) or of_receipt(state.channel, code)
    if action.do == "stop_for_operator":
        return False
    return take(session, _probes(state.channel), now) == 0


def ends_with_receipt(state: ChannelState) -> bool:
    """Whether a receipt stopped it, after the message had been taken: then being taken proves nothing."""
    return (state.stopped_code or "").isdecimal()


def resume_channel(session: Session, channel: str, *, by: str = "clock") -> int:
    """Starts sending again: ends the alert and calls all messages that wait; returns how many. `by` is who did it."""
    session.query(ChannelState).filter(ChannelState.channel == channel).update(
        {"stopped_at": None, "stopped_code": None}
    )
    end_alert(session, STOPPED, channel, by=by)
    called = session.execute(_GO_ON, {"channel": channel})
    wake(session, QUEUE_OF["deliver"])
    return int(called.rowcount)  # type: ignore[attr-defined]


def _probes(channel: str) -> Limit:
    return Limit(f"probe/{channel}", PROBE_SECONDS)
