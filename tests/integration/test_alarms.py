"""Alarms from outside: kept once by the sender's own name, ended, and an OLT that is named is swept at once."""

from __future__ import annotations

import asyncio
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import Database
from models.alarm import Alarm
from models.device import Device
from models.outbox import Outbox
from provisioning.outages.alarms import Heard, kind_of, note_alarm, pon_in
from provisioning.traps import TrapReceiver, pon_of, read_trap
from webhooks.alarms import alarms_blueprint

AUTHORIZED = {"Authorization": "Bearer segredo"}


@pytest.fixture
def door(db: Database) -> FlaskClient:
    with db.transaction() as session:
        session.add(Device(name="OLT-A", kind="simulator", role="olt", fields={"host": "127.0.0.1"}))
    app = Flask("test")
    app.register_blueprint(alarms_blueprint(db=db, token="segredo"))
    return app.test_client()


def alarms(db: Database) -> list[Alarm]:
    with db.reading() as session:
        return list(session.scalars(select(Alarm).order_by(Alarm.id)))


def sweeps(db: Database) -> int:
    with db.reading() as session:
        return len(session.scalars(select(Outbox.id).where(Outbox.topic == "sweep_olt")).all())


def zabbix(value: str, **more: Any) -> dict[str, Any]:
    return {"event_id": "77", "value": value, "host": "OLT-A", "name": "GPON 0/1/2: loss of signal", **more}


def alert(status: str, **labels: str) -> dict[str, Any]:
    return {
        "version": "4",
        "alerts": [
            {"status": status, "fingerprint": "abc", "labels": {"alertname": "OltDown", **labels}, "annotations": {}}
        ],
    }


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer errado"}, {"Authorization": "segredo"}])
def test_door_refuses_without_the_token(db: Database, door: FlaskClient, headers: dict[str, str]) -> None:
    assert door.post("/webhooks/alarms/zabbix", json=zabbix("1"), headers=headers).status_code == 403
    assert alarms(db) == []


def test_door_refuses_everything_when_no_token_is_set(db: Database) -> None:
    app = Flask("test")
    app.register_blueprint(alarms_blueprint(db=db, token=""))
    answer = app.test_client().post("/webhooks/alarms/zabbix", json=zabbix("1"), headers={"Authorization": "Bearer "})
    assert answer.status_code == 403


def test_zabbix_alarm_is_one_row_until_it_is_resolved(db: Database, door: FlaskClient) -> None:
    for value in ("1", "1", "0"):
        assert door.post("/webhooks/alarms/zabbix", json=zabbix(value), headers=AUTHORIZED).status_code == 204
    (row,) = alarms(db)
    assert (row.kind, row.device, row.pon, row.state, row.times) == ("los", "OLT-A", "0/1/2", "resolved", 3)
    assert row.ended_at is not None
    assert sweeps(db) == 1


def test_alertmanager_alarm_finds_the_device_by_its_address(db: Database, door: FlaskClient) -> None:
    door.post("/webhooks/alarms/alertmanager", json=alert("firing", instance="127.0.0.1:9100"), headers=AUTHORIZED)
    door.post("/webhooks/alarms/alertmanager", json=alert("resolved"), headers=AUTHORIZED)
    door.post("/webhooks/alarms/alertmanager", json=alert("firing"), headers=AUTHORIZED)
    (row,) = alarms(db)
    assert (row.device, row.state, row.ended_at, row.times) == ("OLT-A", "firing", None, 3)


@pytest.mark.parametrize("path", ["zabbix", "alertmanager"])
@pytest.mark.parametrize(
    "body", [b"", b"\xff\x00", b"[]", b'{"alerts": [3]}', b'{"event_id": "a\\u0000"}', b"[" * 9999]
)
def test_unknown_shape_is_kept_whole(db: Database, door: FlaskClient, path: str, body: bytes) -> None:
    for _ in range(2):
        assert door.post(f"/webhooks/alarms/{path}", data=body, headers=AUTHORIZED).status_code == 204
    (row,) = alarms(db)
    assert (row.kind, row.times) == ("unknown", 2)


def test_unknown_device_is_kept_and_sweeps_nothing(db: Database, door: FlaskClient) -> None:
    door.post("/webhooks/alarms/zabbix", json=zabbix("1", host="switch"), headers=AUTHORIZED)
    assert [row.device for row in alarms(db)] == [""]
    assert sweeps(db) == 0


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Dying Gasp ONU 3", "dying_gasp"), ("PON LOS", "los"), ("host is down", "device_down"), ("fan", "problem")],
)
def test_words_of_an_alarm_name_its_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_words_name_the_pon_but_an_address_is_none() -> None:
    assert [pon_in(text) for text in ("porta 0/1/2", "gpon-olt 1/2", "10.0.0.0/24", "2026/11/20/1")] == [
        "0/1/2",
        "1/2",
        "",
        "",
    ]


def test_huawei_port_is_read_from_its_number() -> None:
    assert [pon_of(str(4194304000 + 8192 + 512)), pon_of("3"), pon_of("x")] == ["0/1/2", "", ""]


def test_vendors_trap_is_kept_whole_as_unknown() -> None:
    pairs = [("1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.4.1.2011.9.9"), ("1.3.6.1.4.1.2011.1", "7")]
    heard = read_trap("127.0.0.1", pairs)
    assert (heard.kind, heard.detail["pairs"]) == ("unknown", [list(pair) for pair in pairs])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def sent(port: int, *communities: str) -> list[Heard]:
    """What is heard of link-down traps with these communities, the last one right."""
    heard: list[Heard] = []
    came = asyncio.Event()

    def take(trap: Heard) -> None:
        heard.append(trap)
        came.set()

    receiver = TrapReceiver("127.0.0.1", port, "religa", take)
    running = asyncio.create_task(receiver.run())
    await asyncio.wait_for(receiver.ready.wait(), 10)
    index = str(4194304000 + 8192 + 512)
    for community in communities:
        trap = ("", "1.3.6.1.6.3.1.1.5.3", f"1.3.6.1.2.1.2.2.1.1.{index}", "u", index)
        program = ("snmptrap", "-v2c", "-c", community, f"127.0.0.1:{port}")
        await (await asyncio.create_subprocess_exec(*program, *trap)).wait()
    await asyncio.wait_for(came.wait(), 10)
    receiver.stop()
    await running
    return heard


def test_real_trap_becomes_an_alarm_when_its_community_is_right(db: Database, door: FlaskClient) -> None:
    if shutil.which("snmptrap") is None:
        pytest.skip("snmptrap is not installed (Debian package snmp)")
    # In a thread of its own: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor(1) as threads:
        (heard,) = threads.submit(asyncio.run, sent(free_port(), "public", "religa")).result()
    with db.transaction() as session:
        note_alarm(session, heard)
    (row,) = alarms(db)
    assert (row.kind, row.device, row.pon, row.state) == ("link_down", "OLT-A", "0/1/2", "firing")
    assert sweeps(db) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("zabbix", b'{"event_id":"1","value":"1","name":"x","v":NaN}'),
        ("zabbix", b'{"event_id":"1","value":"1","name":"x","v":1e400}'),
        ("zabbix", b'{"event_id":"1","value":"1","name":"x","v":"\\ud800"}'),
        ("zabbix", '{"event_id":"1","value":"1","name":"x\\u0000"}'.encode("utf-16-le")),
        ("alertmanager", b'{"alerts":[{"status":"firing","fingerprint":"a","labels":{"x":Infinity}}]}'),
        ("alertmanager", b'{"alerts":[{"status":"firing","fingerprint":"a\\udc00","labels":{}}]}'),
        ("alertmanager", b'{"alerts":[' + b"[" * 5000 + b"]" * 5000 + b"]}"),
    ],
)
def test_what_cannot_be_kept_as_data_is_unknown(db: Database, door: FlaskClient, path: str, body: bytes) -> None:
    assert door.post(f"/webhooks/alarms/{path}", data=body, headers=AUTHORIZED).status_code == 204
    assert [row.kind for row in alarms(db)] == ["unknown"]


def test_long_fingerprint_is_kept_as_its_hash_and_stays_the_same_alarm(db: Database, door: FlaskClient) -> None:
    long = "".join(chr(65 + number * number % 57) for number in range(9000))
    for value in ("1", "0"):
        sent = zabbix(value, event_id=long, pon="9" * 9000)
        assert door.post("/webhooks/alarms/zabbix", json=sent, headers=AUTHORIZED).status_code == 204
    (row,) = alarms(db)
    assert (len(row.fingerprint), len(row.pon), row.state) == (64, 200, "resolved")


def test_trap_index_of_digits_that_are_no_number_names_no_pon() -> None:
    assert pon_of("²") == ""
