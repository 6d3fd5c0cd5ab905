"""A channel that refuses our account or token: nothing is lost, one a minute tries, and all go on once it is mended."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from cli_channels import channel as channel_commands
from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from models.alert import Alert
from models.channel_state import ChannelState
from models.outbox import Outbox
from tests.integration.doors import bring, rows
from tests.integration.outgoing import Watch, a_chat, a_delivery, a_template, an_answer, the_message
from tests.unit.webhooks.payloads import BRUNO, meta, status, value
from webhooks.channel_stop import PROBE_SECONDS, REST_SECONDS, resume_channel
from webhooks.channels.fake import FakeChannel
from webhooks.deliver import deliver
from webhooks.delivery import Delivery

BAD_TOKEN = Misconfigured("graph_190")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def delivery(db: Database, channel: FakeChannel, watch: Watch) -> Delivery:
    return a_delivery(db, {"meta": channel}, clock=watch)


def _stopped(db: Database) -> str | None:
    with db.transaction() as session:
        state = session.get(ChannelState, "meta")
        return state.stopped_code if state and state.stopped_at else None


def _open_alerts(db: Database) -> list[tuple[str, str, int]]:
    return [(alert.kind, alert.severity, alert.times) for alert in rows(db, Alert, Alert.ended_at.is_(None))]


def _waits(message_id: int, delivery: Delivery) -> float:
    with pytest.raises(Later) as raised:
        deliver(message_id, delivery=delivery)
    return raised.value.seconds


def _stop(db: Database, channel: FakeChannel, delivery: Delivery, code: str = "graph_190") -> int:
    """A message that found the channel refusing us; its id."""
    id_ = an_answer(db, a_chat(db), "primeira")
    channel.script = [Misconfigured(code)]
    assert _waits(id_, delivery) == PROBE_SECONDS
    return id_


@pytest.mark.parametrize("code", ["graph_190", "graph_131042", "graph_299", "twilio_20003", "graph_http_401"])
def test_refused_account_stops_the_channel_and_alerts(
    db: Database, channel: FakeChannel, delivery: Delivery, code: str
) -> None:
    id_ = _stop(db, channel, delivery, code)
    assert (the_message(db, id_).status, the_message(db, id_).error, _stopped(db)) == ("queued", code, code)
    (alert,) = rows(db, Alert)
    assert (alert.kind, alert.subject, alert.severity) == ("channel.stopped", "meta", "critical")
    assert code in alert.text


def test_no_message_is_tried_while_the_channel_is_stopped_but_one_a_minute(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    first = _stop(db, channel, delivery)
    others = [an_answer(db, a_chat(db, wa_id=BRUNO)) for _ in range(3)]
    assert [_waits(id_, delivery) for id_ in (first, *others)] == [REST_SECONDS] * 4
    for _ in range(3):
        watch.pass_by(PROBE_SECONDS)
        channel.script = [BAD_TOKEN]
        assert _waits(first, delivery) == PROBE_SECONDS
        assert [_waits(id_, delivery) for id_ in others] == [REST_SECONDS] * 3
    assert (len(channel.asked), channel.taken) == (4, [])
    assert _open_alerts(db) == [("channel.stopped", "critical", 4)]


def test_mended_channel_goes_on_by_itself_with_all_that_waits(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    first = _stop(db, channel, delivery)
    others = [an_answer(db, a_chat(db, wa_id=BRUNO)) for _ in range(2)]
    with db.transaction() as session:
        session.execute(update(Outbox).values(run_after=watch.now.replace(year=2100)))
    watch.pass_by(PROBE_SECONDS)
    deliver(first, delivery=delivery)
    assert (_stopped(db), _open_alerts(db)) == (None, [])
    due = rows(db, Outbox, Outbox.topic == "deliver", Outbox.ref_id.in_(others))
    assert all(row.run_after.year < 2100 for row in due)
    assert [row.ref_id for row in sorted(due, key=lambda row: row.run_after)] == others
    for id_ in others:
        deliver(id_, delivery=delivery)
    assert [the_message(db, id_).status for id_ in (first, *others)] == ["accepted"] * 3


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [
        (Refused("graph_131021"), True),
        (Unreachable("graph_131056"), True),
        (Unreachable("graph_http_503"), False),
        (Unreachable("graph_131000"), False),
        (Unreachable("no_answer", ambiguous=True), False),
        (Misconfigured("graph_131042"), False),
    ],
)
def test_only_an_answer_that_proves_the_account_ends_the_stop(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch, answer: Failure, goes_on: bool
) -> None:
    first = _stop(db, channel, delivery)
    watch.pass_by(PROBE_SECONDS)
    channel.script = [answer]
    with contextlib.suppress(Later, Unreachable):
        deliver(first, delivery=delivery)
    assert (_stopped(db) is None, _open_alerts(db) == []) == (goes_on, goes_on)


def test_registration_is_tried_again_by_an_operator_only(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    first = _stop(db, channel, delivery, "graph_133010")
    watch.pass_by(10 * PROBE_SECONDS)
    assert _waits(first, delivery) == REST_SECONDS
    with db.transaction() as session:
        assert resume_channel(session, "meta", by="cli") == 1
    deliver(first, delivery=delivery)
    assert ([message.text for message in channel.taken], _open_alerts(db)) == (["primeira"], [])
    assert rows(db, Alert)[0].ended_by == "cli"


def test_receipt_that_tells_of_a_refused_account_stops_the_channel_and_keeps_the_message(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    id_ = an_answer(db, a_chat(db))
    deliver(id_, delivery=delivery)
    bring(db, meta(value(statuses=[status("fake.1", "failed", code=131042)])))
    assert (_stopped(db), the_message(db, id_).status) == ("131042", "queued")
    for place in range(2, 7):
        # Being taken proves nothing then: it was taken before, too.
        watch.pass_by(2 * PROBE_SECONDS)
        deliver(id_, delivery=delivery)
        assert (_stopped(db), the_message(db, id_).status) == ("131042", "accepted")
        bring(db, meta(value(statuses=[status(f"fake.{place}", "failed", code=131042)])))
        assert (the_message(db, id_).status, the_message(db, id_).error) == ("queued", "131042")
    watch.pass_by(2 * PROBE_SECONDS)
    deliver(id_, delivery=delivery)
    bring(db, meta(value(statuses=[status("fake.7", "sent")])))
    assert (_stopped(db), _open_alerts(db), the_message(db, id_).status) == (None, [], "sent")


def test_command_starts_a_stopped_channel_and_says_how_many_wait(
    db: Database, database_url: str, channel: FakeChannel, delivery: Delivery
) -> None:
    _stop(db, channel, delivery, "graph_133010")
    result = CliRunner().invoke(channel_commands, ["resume", "meta", "--database-url", database_url])
    assert (result.exit_code, "1 mensagens na fila" in result.output, _stopped(db)) == (0, True, None)
    assert CliRunner().invoke(channel_commands, ["resume", "nenhum", "--database-url", database_url]).exit_code == 2


def test_resuming_a_channel_that_runs_changes_nothing(db: Database, channel: FakeChannel, delivery: Delivery) -> None:
    id_ = an_answer(db, a_chat(db))
    with db.transaction() as session:
        resume_channel(session, "meta", by="cli")
    deliver(id_, delivery=delivery)
    assert (len(channel.taken), rows(db, Alert)) == (1, [])


def test_spam_limit_lets_what_nobody_asked_for_wait_and_answers_go_on(
    db: Database, channel: FakeChannel, delivery: Delivery, watch: Watch
) -> None:
    a_template(db, "outage_notice", category="UTILITY")
    notice: dict[str, Any] = {"kind": "template", "author": "system", "payload": {"template": "outage_notice"}}
    first, second = an_answer(db, a_chat(db), **notice), an_answer(db, a_chat(db, wa_id=BRUNO), **notice)
    channel.script = [Refused("graph_131048")]
    assert _waits(first, delivery) == 3600
    assert _waits(second, delivery) == 3600
    deliver(an_answer(db, a_chat(db, wa_id="5512981110003"), "resposta"), delivery=delivery)
    assert [message.text for message in channel.taken] == ["resposta"]
    assert _open_alerts(db) == [("channel.spam_limit", "warning", 1)]
    watch.pass_by(3601)
    channel.script = [Refused("graph_131048")]
    deliver(first, delivery=delivery)
    assert the_message(db, first).status == "failed"
