"""The pages about other systems: tokens and addresses, and what was sent to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.console.framing import framed
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted
from handoff.console.wording import moment
from handoff.integrations.tokens import SCOPES
from handoff.permits import may
from models.api_token import ApiToken
from models.webhook_endpoint import WebhookDelivery, WebhookEndpoint

SHOWN = 50
STATES = {"waiting": "na fila", "delivered": "entregue", "given_up": "desistiu"}
MARKS = {"waiting": "tag-wait", "delivered": "tag-active", "given_up": "tag-bad"}
NO_ENDPOINT = "Este endereço não existe."


@dataclass(frozen=True)
class TokenRow:
    """A token as the page shows it."""

    id: int
    name: str
    prefix: str
    scopes: str
    facts: str
    over: str


@dataclass(frozen=True)
class EndpointRow:
    """An address as the pages show it. `mark` is a CSS word of `state`."""

    id: int
    url: str
    about: str
    events: str
    state: str
    mark: str
    on: bool
    facts: str


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery in words."""

    id: int
    event: int
    kind: str
    state: str
    mark: str
    facts: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds both pages."""
    blueprint.add_url_rule("/integrations", "integrations", partial(_page, ports))
    blueprint.add_url_rule("/integrations/endpoints/<int:endpoint_id>", "endpoint", partial(_log, ports))


def overview(ports: Ports, *, problem: str = "", secret: str = "", of: str = "", status: int = 200) -> Response:
    """The page, also as the answer to its buttons. `secret` is what was just made, and `of` what: shown here alone."""
    who, now = permitted("system.see"), ports.now()
    with ports.db.reading() as session:
        place = house(session)
        tokens = [_token(row, place, now) for row in session.scalars(select(ApiToken).order_by(ApiToken.name))]
        rows = session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)).all()
        waiting = _waiting(session)
        endpoints = [endpoint_row(row, waiting.get(row.id, 0), place, now) for row in rows]
    return framed(
        "console/integrations/overview.html",
        (),
        "integrations",
        place,
        {},
        status=status,
        tokens=tokens,
        endpoints=endpoints,
        scopes=SCOPES,
        changes=may(who, "api.manage"),
        problem=problem,
        secret=secret,
        secret_of=of,
    )


def delivery_log(ports: Ports, endpoint_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of one address: the newest of what was sent there."""
    who, now = permitted("system.see"), ports.now()
    state, before = request.args.get("state", ""), request.args.get("before", "")
    with ports.db.reading() as session:
        place = house(session)
        row = session.get(WebhookEndpoint, endpoint_id) if endpoint_id <= LARGEST_ID else None
        if row is None:
            abort(404, NO_ENDPOINT)
        wanted = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == row.id)
        if state in STATES:
            wanted = wanted.where(WebhookDelivery.state == state)
        if before.isascii() and before.isdigit() and len(before) < 19:
            wanted = wanted.where(WebhookDelivery.id < int(before))
        found = session.scalars(wanted.order_by(WebhookDelivery.id.desc()).limit(SHOWN + 1)).all()
        shown = endpoint_row(row, _waiting(session).get(row.id, 0), place, now)
    return framed(
        "console/integrations/endpoint.html",
        (),
        "integrations",
        place,
        {},
        status=status,
        endpoint=shown,
        deliveries=[_delivery(each, place, now) for each in found[:SHOWN]],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        states=STATES,
        state=state,
        changes=may(who, "api.manage"),
        problem=problem,
    )


def _page(ports: Ports) -> Response:
    return overview(ports)


def _log(ports: Ports, endpoint_id: int) -> Response:
    return delivery_log(ports, endpoint_id)


def _waiting(session: Session) -> dict[int, int]:
    counted = (
        select(WebhookDelivery.endpoint_id, func.count())
        .where(WebhookDelivery.state == "waiting")
        .group_by(WebhookDelivery.endpoint_id)
    )
    return {number: count for number, count in session.execute(counted)}


def _token(row: ApiToken, place: House, now: datetime) -> TokenRow:
    def at(when: datetime) -> str:
        return moment(when, now, place.zone)

    over = f"revogado {at(row.revoked_at)}" if row.revoked_at else ""
    if not over and row.expires_at is not None and row.expires_at <= now:
        over = f"venceu {at(row.expires_at)}"
    used = f"usado {at(row.last_used_at)}" if row.last_used_at else "nunca usado"
    until = f", vale até {at(row.expires_at)}" if row.expires_at and not over else ""
    facts = f"criado por {row.created_by} {at(row.created_at)}, {used}{until}"
    return TokenRow(row.id, row.name, row.prefix, ", ".join(row.scopes), facts, over)


def endpoint_row(row: WebhookEndpoint, waiting: int, place: House, now: datetime) -> EndpointRow:
    """The address in words. What stands after its question mark may be a secret, and is not shown."""
    state, mark = ("ligado", "tag-active") if row.active else ("desligado", "")
    if row.active and row.paused_at is not None:
        state, mark = f"pausado {moment(row.paused_at, now, place.zone)}", "tag-bad"
    elif row.active and row.failing_since is not None:
        state, mark = f"falhando desde {moment(row.failing_since, now, place.zone)}", "tag-wait"
    facts = f"{waiting} na fila, criado por {row.created_by}"
    on = row.active and row.paused_at is None
    url = row.url.partition("?")[0]
    return EndpointRow(row.id, url, row.about, ", ".join(row.events), state, mark, on, facts)


def _delivery(row: WebhookDelivery, place: House, now: datetime) -> DeliveryRow:
    tries = "1 tentativa" if row.tries == 1 else f"{row.tries} tentativas"
    parts = [moment(row.created_at, now, place.zone), tries]
    if row.status is not None:
        parts.append(f"resposta {row.status}")
    if row.error and row.status is None:
        parts.append(f"erro {row.error}")
    if row.took_ms is not None:
        parts.append(f"{row.took_ms} ms")
    if row.state == "waiting":
        parts.append(f"próxima {moment(row.next_at, now, place.zone)}")
    return DeliveryRow(row.id, row.position, row.kind, STATES[row.state], MARKS[row.state], " · ".join(parts))
