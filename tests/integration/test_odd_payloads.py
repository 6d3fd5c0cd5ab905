"""Payloads bent in every way: reading them never fails but by ValueError, and taking them in never fails at all."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import Database
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.doors import read_event, rows, store
from tests.unit.webhooks import payloads as made
from tests.unit.webhooks.payloads import NOW, meta, value
from tests.vectors import DATA
from webhooks.channels.meta_inbound import read
from webhooks.channels.twilio_inbound import read as read_form

NUMBER = {"display_phone_number": "551230001000", "event": "FLAGGED", "current_limit": "TIER_1K"}
CALL = {"id": "wacid.1", "from": made.ANA, "event": "connect", "timestamp": "1"}
WISH = {"wa_id": made.ANA, "category": "marketing_messages", "value": "stop", "timestamp": 1795348000}
# One of each kind, so that it is bent also where the real ones are absent.
OWN = [
    meta(value([made.text("oi", message_id="w1"), made.edit("w1", "olá"), made.revoke("w2"), made.reaction("w1")])),
    meta(value([made.system("user_changed_number", new_wa_id=made.BRUNO), made.text(type="request_welcome")])),
    meta(value([made.text()], [made.status("wamid.o", "failed", key="k", code=131026)], errors=[{"code": 131000}])),
    made.echoes(made.echo(), made.echo("", type="image", image={"id": "m1", "caption": "foto"})),
    meta({"standby": {"messages": [made.text()], "message_echoes": [made.echo()]}}, field="standby"),
    meta({"calls": [CALL]}, field="calls"),
    meta({"user_preferences": [WISH]}, field="user_preferences"),
    meta(NUMBER, field="phone_number_quality_update"),
]
REAL = [path.read_bytes() for path in sorted(Path(DATA / "whatsapp").glob("meta_*.json"))]
SEEDS = [json.loads(body) for body in OWN + REAL]

DEEP: dict[str, Any] = {}
for _ in range(200):
    DEEP = {"deeper": DEEP}
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1795348000, 10**40, 1e308, float("nan"), float("inf"), "", "0", "131026"),
    *("a\x00b", "\ud800", "x" * 70_000, "💥" * 500, "<WHATSAPP_USER_PHONE_NUMBER>", [], {}, [[]], [None, 1, "a"]),
    *({"a": {"b": []}}, DEEP, "edit", "text", "NaN", "-5", "99999999999999999999", "wamid.\x00", "../../etc", "'; --"),
]


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is something to bend: the paths of all that stands in an object or a list."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [deeper for key in keys for deeper in [(*path, key), *_places(node[key], (*path, key))]]


def _bend(document: Any, chance: random.Random) -> None:
    places = _places(document)
    if not places:
        return
    *way, last = chance.choice(places)
    parent = document
    for key in way:
        parent = parent[key]
    kind = chance.randrange(6)
    if kind == 0:
        del parent[last]
    elif kind == 1:
        parent[last] = [parent[last], parent[last]]
    elif kind == 2 and isinstance(parent[last], str | int):
        here = parent[last]
        parent[last] = int(here) if isinstance(here, str) and here.isascii() and here.isdigit() else str(here)
    elif kind == 3:
        other = chance.choice(places)
        parent[last] = chance.choice([parent[last], {str(other[-1]): parent[last]}])
    elif kind == 4 and isinstance(parent, list):
        parent.append(json.loads(json.dumps(parent[last])))
    else:
        parent[last] = json.loads(json.dumps(chance.choice(ODD)))


def _bent(seed: int, times: int) -> bytes:
    chance = random.Random(seed)
    document = json.loads(json.dumps(chance.choice(SEEDS)))
    for _ in range(times):
        _bend(document, chance)
    return json.dumps(document).encode()


bent = st.builds(_bent, st.integers(0, 2**32), st.integers(1, 6))


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bent)
def test_bent_payload_is_read_or_is_a_value_error(body: bytes) -> None:
    try:
        items = read(body, NOW)
    except ValueError:
        return
    assert items


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bent)
def test_bent_payload_is_taken_in_without_a_failure(engine: sa.Engine, body: bytes) -> None:
    assert _failures(Database(engine), body, "meta") == []


@settings(max_examples=80, deadline=None)
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_json_at_all_is_stored_and_taken_in(engine: sa.Engine, document: object) -> None:
    assert _failures(Database(engine), json.dumps(document).encode(), "meta") == []


FORM = """MessageSid SmsSid From To Body NumMedia MediaUrl0 MediaContentType0 MediaUrl1 MediaUrl99 ButtonPayload ListId
ButtonText WaId ExternalUserId Latitude Address MessageType SmsStatus MessageStatus ErrorCode OptOutType"""
form_names = st.sampled_from(FORM.split())
form_values = st.text(max_size=12) | st.sampled_from([str(odd) for odd in ODD if isinstance(odd, str | int)])


@settings(max_examples=80, deadline=None)
@given(fields=st.dictionaries(form_names, form_values, max_size=8))
def test_bent_form_is_taken_in_without_a_failure(engine: sa.Engine, fields: dict[str, str]) -> None:
    body = made.twilio(**{name: value.encode("utf-8", "replace").decode() for name, value in fields.items()})
    assert read_form(body, datetime.now(UTC))
    assert _failures(Database(engine), body, "twilio") == []


def _failures(db: Database, body: bytes, source: str) -> list[str]:
    (event_id,) = store(db, body, source=source)
    read_event(db, event_id)
    (event,) = rows(db, WebhookEvent, WebhookEvent.id == event_id)
    failed = rows(db, WebhookItem, WebhookItem.event_id == event_id, WebhookItem.outcome == "failed")
    return [item.reason for item in failed] + ([] if event.state == "done" else [event.state])


@pytest.mark.parametrize("odd", range(len(ODD)))
def test_one_odd_message_in_a_batch_harms_no_other(engine: sa.Engine, odd: int) -> None:
    strange = made.text(type="image", image=ODD[odd], context=ODD[odd], referral=ODD[odd], timestamp=ODD[odd])
    body = meta(value([made.text("antes"), strange, made.text("depois")]))
    words = [getattr(item, "text", "") for item in read(body, NOW)]
    assert (words[0], words[-1]) == ("antes", "depois")
    assert _failures(Database(engine), body, "meta") == []
