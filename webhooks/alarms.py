"""The door for alarms of monitoring systems: Zabbix and Prometheus's Alertmanager."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from core.db import Database
from core.errors import Unreachable
from provisioning.outages.alarms import UNKNOWN, Heard, State, note_alarm

log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
MOST_RAW = 20_000


def alarms_blueprint(*, db: Database, token: str) -> Blueprint:
    """Answers 204 once the alarms are safe, 403 without the right bearer token (or where none is set), 413 for too
    large a body and 503 when they could not be stored, so that they are sent again. What has no known shape is kept
    whole, as kind unknown."""
    blueprint = Blueprint("alarms", __name__)

    def receive(read: Callable[[bytes], list[Heard]]) -> Response:
        given = request.headers.get("Authorization", "").encode()
        if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
            log.warning("alarm refused: the token is not ours (ALARMS_TOKEN)")
            return Response("forbidden\n", 403, mimetype="text/plain")
        if (request.content_length or 0) > MOST_BYTES:
            return Response("body too large\n", 413, mimetype="text/plain")
        found = read(request.get_data())
        try:
            with db.transaction() as session:
                for heard in found:
                    note_alarm(session, heard)
        except Unreachable:
            return Response("try again\n", 503, mimetype="text/plain")
        return Response(status=204)

    @blueprint.post("/webhooks/alarms/zabbix")
    def zabbix() -> Response:
        return receive(read_zabbix)

    @blueprint.post("/webhooks/alarms/alertmanager")
    def alertmanager() -> Response:
        return receive(read_alertmanager)

    return blueprint


def read_zabbix(body: bytes) -> list[Heard]:
    """The alarm of a Zabbix webhook, whose parameters are `event_id`, `value` (1 or 0), `host`, `ip`, `name`, `pon`."""
    data = _mapping(body)
    event, name = _word(data, "event_id"), _word(data, "name")
    if not event or not name or _word(data, "value") not in ("0", "1"):
        return [_unknown("zabbix", body)]
    state: State = "firing" if _word(data, "value") == "1" else "resolved"
    names = (_word(data, "host"), _word(data, "ip"))
    return [Heard("zabbix", event, state, name, names=names, pon=_word(data, "pon"), detail=data)]


def read_alertmanager(body: bytes) -> list[Heard]:
    """The alerts of Alertmanager's webhook (version 4). The labels `device`, `olt`, `host` or `instance` name the
    device, `pon` the PON."""
    alerts = _mapping(body).get("alerts")
    if not isinstance(alerts, list) or not alerts:
        return [_unknown("alertmanager", body)]
    return [_alert(alert) for alert in alerts]


def _alert(alert: Any) -> Heard:
    data = alert if isinstance(alert, dict) else {}
    labels, notes = _part(data, "labels"), _part(data, "annotations")
    mark, state = _word(data, "fingerprint"), _word(data, "status")
    if not mark or state not in ("firing", "resolved"):
        return _unknown("alertmanager", json.dumps(alert).encode())
    text = _word(notes, "summary") or _word(notes, "description") or _word(labels, "alertname")
    names = tuple(_word(labels, name) for name in ("device", "olt", "host", "instance"))
    firing = state == "firing"
    # Its name says what it is where the sentence does not.
    words = f"{_word(labels, 'alertname')}: {text}" if _word(labels, "alertname") not in text else text
    pon = _word(labels, "pon")
    return Heard("alertmanager", mark, "firing" if firing else "resolved", words, names=names, pon=pon, detail=data)


def _unknown(source: Any, body: bytes) -> Heard:
    raw = body[:MOST_RAW].decode("utf-8", "replace").replace("\x00", "")
    mark = hashlib.sha256(body).hexdigest()
    return Heard(source, mark, "firing", "Aviso em formato desconhecido", kind=UNKNOWN, detail={"raw": raw})


def _mapping(body: bytes) -> dict[str, Any]:
    """The object that the body is; empty for whatever PostgreSQL cannot keep: a number that is none, half of a
    surrogate pair, a NUL, or what lies too deep."""
    try:
        data = json.loads(body)
        kept = json.dumps(data, allow_nan=False, ensure_ascii=False)
        kept.encode()
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) and "\\u0000" not in kept else {}


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = data.get(name)
    return part if isinstance(part, dict) else {}


def _word(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
