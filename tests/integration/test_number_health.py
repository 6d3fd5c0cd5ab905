"""The number's health: asked of the channel, kept, told as alerts that end by themselves, and shown to Prometheus."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import Database
from core.errors import Misconfigured, Unreachable
from core.later import Later
from models import utc_now
from models.alert import Alert
from models.channel_state import ChannelState
from tests.integration.doors import bring, rows
from tests.unit.webhooks.payloads import meta, text, value
from webhooks.channels.health_ports import NumberState
from webhooks.check_number import check_numbers
from webhooks.metrics import metrics_blueprint

WELL = NumberState(name="Vale Fibra", quality="GREEN", throughput="STANDARD", messaging_limit="TIER_2K")


class Told:
    """A channel that says about its number what it is told to."""

    def __init__(self, answer: NumberState | Exception) -> None:
        self.answer = answer

    def check(self) -> NumberState:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def asked(db: Database, answer: NumberState | Exception) -> list[tuple[str, str]]:
    """(kind, severity) of the alerts that are open after the channel answered so."""
    with suppress(Later):
        check_numbers(0, db=db, channels={"meta": Told(answer)})
    return sorted((alert.kind, alert.severity) for alert in rows(db, Alert) if alert.ended_at is None)


def the_state(db: Database) -> ChannelState:
    with db.transaction() as session:
        return session.get_one(ChannelState, "meta")


def test_healthy_number_is_kept_without_an_alert(db: Database) -> None:
    assert asked(db, WELL) == []
    state = the_state(db)
    assert (state.quality, state.messaging_limit, state.check_error) == ("GREEN", "TIER_2K", None)


@pytest.mark.parametrize(
    ("answer", "alerts"),
    [
        (NumberState(quality="YELLOW"), [("number.quality", "warning")]),
        (NumberState(quality="RED"), [("number.quality", "critical")]),
        (NumberState(account_status="BANNED"), [("number.status", "critical")]),
        (NumberState(token_expires_at=utc_now() + timedelta(days=5)), [("number.token", "warning")]),
        (NumberState(token_expires_at=utc_now() + timedelta(hours=5)), [("number.token", "critical")]),
        (NumberState(token_expires_at=utc_now() - timedelta(hours=5)), [("number.token", "critical")]),
        (NumberState(token_expires_at=utc_now() + timedelta(days=50)), []),
        (Misconfigured("graph_190"), [("number.unreachable", "warning")]),
    ],
)
def test_trouble_is_an_alert_and_ends_when_all_is_well(
    db: Database, answer: NumberState | Exception, alerts: list[tuple[str, str]]
) -> None:
    assert asked(db, answer) == alerts
    assert asked(db, answer) == alerts
    assert asked(db, WELL) == []


def test_number_that_does_not_answer_is_asked_again_soon_and_an_alert_the_second_time(db: Database) -> None:
    silent = {"meta": Told(Unreachable("connect_timeout"))}
    with pytest.raises(Later):
        check_numbers(0, db=db, channels=silent)
    assert rows(db, Alert) == []
    assert asked(db, Unreachable("connect_timeout")) == [("number.unreachable", "warning")]
    assert asked(db, WELL) == []


def test_what_was_known_stays_when_nobody_answers(db: Database) -> None:
    asked(db, WELL)
    asked(db, Unreachable("connect_timeout"))
    state = the_state(db)
    assert (state.quality, state.check_error) == ("GREEN", "connect_timeout")


@pytest.fixture
def prometheus(db: Database) -> FlaskClient:
    app = Flask("metrics_test")
    app.register_blueprint(metrics_blueprint(db=db, token="", public_url="http://127.0.0.1:8000"))
    return app.test_client()


def test_metrics_tell_messages_work_and_the_number(db: Database, prometheus: FlaskClient) -> None:
    bring(db, meta(value([text()])))
    asked(db, NumberState(quality="RED"))
    page = prometheus.get("/metrics").text
    assert 'religa_messages_last_day{channel="meta",direction="in",kind="text",status="received"} 1.0' in page
    assert 'religa_work_open{queue="turns",topic="turn"} 1.0' in page
    assert 'religa_channel_quality{channel="meta"} 1.0' in page
    assert 'religa_alerts_open{kind="number.quality",severity="critical"} 1.0' in page
    assert "religa_webhook_oldest_unread_seconds 0.0" in page


def test_metrics_hold_no_personal_data(db: Database, prometheus: FlaskClient) -> None:
    bring(db, meta(value([text(body="meu cpf é 529.982.247-25")])))
    page = prometheus.get("/metrics").text
    assert "529" not in page
    assert "5512" not in page


def test_metrics_are_for_this_machine_where_no_token_is_set(prometheus: FlaskClient) -> None:
    assert prometheus.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 403
    for proxy in ("X-Forwarded-For", "X-Real-IP", "Via"):
        assert prometheus.get("/metrics", headers={proxy: "10.1.2.3"}).status_code == 403
    assert prometheus.get("/metrics").status_code == 200


def test_metrics_are_closed_without_a_token_where_others_are_served(db: Database) -> None:
    app = Flask("metrics_test")
    app.register_blueprint(metrics_blueprint(db=db, token="", public_url="https://suporte.example.com.br"))
    assert app.test_client().get("/metrics").status_code == 403


def test_metrics_need_the_token_where_one_is_set(db: Database) -> None:
    app = Flask("metrics_test")
    app.register_blueprint(metrics_blueprint(db=db, token="abre-te", public_url="https://suporte.example.com.br"))
    client = app.test_client()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer errado"}).status_code == 403
    right = {"Authorization": "Bearer abre-te"}
    assert client.get("/metrics", headers=right, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 200
