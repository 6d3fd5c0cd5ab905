"""Tells one endpoint what waits for it, one event after the other, and writes down how each try ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured
from core.http import is_loopback
from core.later import Later
from core.safe_fetch import host_of
from core.safe_post import post_public
from handoff.integrations.endpoints import GIVEN_UP, KEPT_FOR, PAUSED
from models import utc_now
from models.alert import end_alert, raise_alert
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from provisioning.vault import Vault
from webhooks.outgoing.signing import HEADER, sign

TIMEOUT = (5.0, 10.0)
# Others wait in the same queue: after so long the rest is done in a turn of its own.
TURN_SECONDS = 20.0
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
"""Seconds before the second try, the third ...; the last one again and again."""
LONGEST_REST = 600.0
GONE = 410


@dataclass(frozen=True)
class Outgoing:
    """`vault` opens the endpoints' secrets; without one nothing can be sent. `internal_hosts` (name:port) may be
    internal, and with `loopback` this machine, too."""

    db: Database
    vault: Vault | None
    internal_hosts: frozenset[str] = frozenset()
    loopback: bool = False
    now: Callable[[], datetime] = utc_now


@dataclass(frozen=True)
class _Letter:
    delivery_id: int
    position: int
    kind: str
    url: str
    body: bytes
    locked: bytes
    both: bool


@dataclass(frozen=True)
class _Answer:
    """`status` is the HTTP status, None where there was no answer; `error` names what went wrong, empty for nothing."""

    status: int | None
    error: str
    took_ms: int


def send_out(endpoint_id: int, *, outgoing: Outgoing) -> None:
    """Sends what is due; raises Later while more waits. Sent twice at worst: by the id of the event it is the same."""
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        with outgoing.db.transaction() as session:
            letter = _next(session, endpoint_id, outgoing)
        if letter is None:
            break
        answer = _post(letter, outgoing)
        with outgoing.db.transaction() as session:
            _write_down(session, endpoint_id, letter.delivery_id, answer, outgoing.now())
        if answer.error:
            break
    with outgoing.db.reading() as session:
        wait = _wait(session, endpoint_id, outgoing.now())
    if wait is not None:
        raise Later(wait)


def pause_after(tries: int) -> timedelta:
    """How long after the failed try of this number (from 1) the next one is made."""
    return timedelta(seconds=PAUSES[min(tries, len(PAUSES)) - 1])


def _next(session: Session, endpoint_id: int, outgoing: Outgoing) -> _Letter | None:
    """The oldest one that is due, claimed: who dies with it leaves it to whoever comes after its pause."""
    now = outgoing.now()
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None or not endpoint.active or endpoint.paused_at or (endpoint.rests_until or now) > now:
        return None
    due = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.state == "waiting",
            WebhookDelivery.next_at <= now,
        )
        .order_by(WebhookDelivery.position)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(due).one_or_none()
    if row is None:
        return None
    row.tries += 1
    row.next_at = now + max(pause_after(row.tries), timedelta(seconds=2 * sum(TIMEOUT)))
    both = endpoint.previous_until is not None and endpoint.previous_until > now
    return _Letter(row.id, row.position, row.kind, endpoint.url, row.body.encode(), endpoint.secrets, both)


def _secrets(letter: _Letter, vault: Vault | None) -> list[str]:
    """The secret, and the one before while that holds."""
    if vault is None:
        raise Misconfigured("device_key", "DEVICE_KEY is not set")
    kept = vault.unlock(letter.locked)
    return [kept["current"], *([kept["previous"]] if letter.both and "previous" in kept else [])]


def _post(letter: _Letter, outgoing: Outgoing) -> _Answer:
    allowed = set(outgoing.internal_hosts)
    if outgoing.loopback and is_loopback(urlsplit(letter.url).hostname or ""):
        allowed.add(host_of(letter.url))
    began = time.monotonic()
    try:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Religa-Webhook/1",
            "Religa-Event-Id": str(letter.position),
            "Religa-Event-Type": letter.kind,
            HEADER: sign(letter.body, int(outgoing.now().timestamp()), _secrets(letter, outgoing.vault)),
        }
        status = post_public(letter.url, letter.body, headers=headers, timeout=TIMEOUT, allowed_hosts=allowed)
        return _Answer(status, "" if 200 <= status < 300 else f"http_{status}", _since(began))
    except Failure as failure:
        return _Answer(None, failure.code, _since(began))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _write_down(session: Session, endpoint_id: int, delivery_id: int, answer: _Answer, now: datetime) -> None:
    # The endpoint first, as whoever switches it does: two who want both never wait for each other.
    endpoint = session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True)
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None:
        return
    row.status, row.error, row.took_ms = answer.status, answer.error, answer.took_ms
    if not answer.error:
        row.state, row.ended_at = "delivered", now
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        end_alert(session, PAUSED, f"endpoint:{endpoint.id}")
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    rest = min(float(PAUSES[0]) * 2.0 ** min(endpoint.failures - 1, 10), LONGEST_REST)
    endpoint.rests_until = now + timedelta(seconds=rest)
    row.next_at = now + pause_after(row.tries)
    if row.state == "waiting" and row.next_at > row.expires_at:
        row.state, row.ended_at = "given_up", now
        _alert(session, endpoint, GIVEN_UP, "não aceitou um evento por três dias: ele não será mais enviado")
    if answer.status == GONE or now - endpoint.failing_since >= KEPT_FOR:
        endpoint.paused_at = now
        _alert(session, endpoint, PAUSED, "não responde há muito tempo: o envio foi pausado")


def _alert(session: Session, endpoint: WebhookEndpoint, kind: str, words: str) -> None:
    host = urlsplit(endpoint.url).hostname or "?"
    raise_alert(session, kind, f"endpoint:{endpoint.id}", f"O sistema em {host} {words}. Veja Integrações.")


def _wait(session: Session, endpoint_id: int, now: datetime) -> float | None:
    """In how many seconds there is something to send; None when nothing waits, or it is not to be sent."""
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None or not endpoint.active or endpoint.paused_at:
        return None
    waiting = (WebhookDelivery.endpoint_id == endpoint_id) & (WebhookDelivery.state == "waiting")
    next_at = session.scalar(select(func.min(WebhookDelivery.next_at)).where(waiting))
    if next_at is None:
        return None
    at = max(next_at, endpoint.rests_until or next_at)
    return max((at - now).total_seconds(), 0.0)
