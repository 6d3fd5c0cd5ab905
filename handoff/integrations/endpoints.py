"""Addresses of other systems that hear of what happened: added, changed, given new secrets, and sent to again."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.http import is_loopback
from handoff import audit
from handoff.access import Attendant
from handoff.integrations.kinds import kinds_told, unknown_kinds
from handoff.outcome import Denied, Done
from models import utc_now
from models.alert import end_alert
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint
from provisioning.vault import Vault

KEPT_FOR = timedelta(days=3)
"""How long a delivery is tried."""
BOTH_SECRETS = timedelta(days=1)
"""How long the secret before is signed with too, after a new one was made."""
PAUSED, GIVEN_UP = "webhook.paused", "webhook.given_up"
"""Kinds of alerts; the subject is `endpoint:<id>`."""

WRONG_URL = Denied("O endereço precisa começar com https:// e ter só o nome do servidor, sem usuário nem senha.")
NO_EVENTS = Denied("Escreva pelo menos um evento, como message.received, message.* ou *.")
NO_KEY = Denied("Falta a chave DEVICE_KEY: sem ela o segredo não pode ser guardado.")
NOT_THERE = Denied("Este endereço não existe mais.")
SWITCHED_OFF = Denied("Este endereço está desligado: ligue-o antes.")
NO_DELIVERY = Denied("Esta entrega não existe mais.")


def new_secret() -> str:
    """256 random bits as text."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def add_endpoint(
    session: Session,
    vault: Vault | None,
    *,
    url: str,
    events: Collection[str],
    about: str,
    by: Attendant,
    loopback: bool = False,
) -> tuple[int, str] | Denied:
    """(id, secret, which nobody can read again) of a new endpoint. With `loopback` this machine may be told over http.

    It hears of what happens from now on.
    """
    if vault is None:
        return NO_KEY
    if problem := _unfit(url, events, loopback):
        return problem
    secret = new_secret()
    row = WebhookEndpoint(
        url=url, about=about, events=sorted(set(events)), secrets=vault.lock({"current": secret}), created_by=by.login
    )
    session.add(row)
    session.flush()
    audit.record(session, by.login, "endpoint.added", f"endpoint:{row.id}", events=row.events)
    return row.id, secret


def new_secret_for(session: Session, vault: Vault | None, endpoint_id: int, by: Attendant) -> str | Denied:
    """A new secret; what is sent within the next day is signed with the one before, too."""
    if vault is None:
        return NO_KEY
    row = session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if row is None:
        return NOT_THERE
    secret = new_secret()
    row.secrets = vault.lock({"current": secret, "previous": vault.unlock(row.secrets)["current"]})
    row.previous_until = utc_now() + BOTH_SECRETS
    audit.record(session, by.login, "endpoint.secret_changed", f"endpoint:{row.id}")
    return secret


def switch(session: Session, endpoint_id: int, by: Attendant, *, on: bool) -> Done | Denied:
    """Switches it on or off. Off, it hears of nothing, also not later; on, a pause is over and what waits is sent."""
    row = session.get(WebhookEndpoint, endpoint_id, with_for_update=True)
    if row is None:
        return NOT_THERE
    row.active = on
    waiting = (WebhookDelivery.endpoint_id == row.id) & (WebhookDelivery.state == "waiting")
    now = utc_now()
    if on:
        row.paused_at = row.failing_since = row.rests_until = None
        row.failures = 0
        session.execute(update(WebhookDelivery).where(waiting).values(next_at=now, expires_at=now + KEPT_FOR))
        end_alert(session, PAUSED, f"endpoint:{row.id}", by=by.login)
    else:
        gone = {"state": "given_up", "ended_at": now, "error": "switched_off"}
        session.execute(update(WebhookDelivery).where(waiting).values(gone))
    audit.record(session, by.login, "endpoint.switched", f"endpoint:{row.id}", on=on)
    return Done(0)


def send_again(session: Session, delivery_id: int, by: Attendant) -> Done | Denied:
    """The delivery is sent (again) as soon as its endpoint takes something, and tried for three days."""
    row = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None:
        return NO_DELIVERY
    if not session.get_one(WebhookEndpoint, row.endpoint_id).active:
        return SWITCHED_OFF
    now = utc_now()
    row.state, row.tries, row.next_at, row.expires_at, row.ended_at = "waiting", 0, now, now + KEPT_FOR, None
    endpoint = f"endpoint:{row.endpoint_id}"
    session.flush()
    lost = select(WebhookDelivery.id).where(
        WebhookDelivery.endpoint_id == row.endpoint_id, WebhookDelivery.state == "given_up"
    )
    if session.scalar(lost.limit(1)) is None:
        end_alert(session, GIVEN_UP, endpoint, by=by.login)
    audit.record(session, by.login, "delivery.sent_again", endpoint, event=row.position)
    return Done(0)


def _unfit(url: str, events: Collection[str], loopback: bool) -> Denied | None:
    try:
        place = urlsplit(url)
        host, _ = place.hostname or "", place.port
    except ValueError:
        return WRONG_URL
    schemes = {"https", "http"} if loopback and is_loopback(host) else {"https"}
    if place.scheme not in schemes or not host or "@" in place.netloc or len(url) > 500:
        return WRONG_URL
    if not events:
        return NO_EVENTS
    if unknown := unknown_kinds(events):
        return Denied(f"Não existe o evento {', '.join(name[:60] for name in unknown)}. Há estes: {kinds_told()}.")
    return None
