"""Queues, workers, leases and routes speak of the same names: none is rung that nobody serves."""

from __future__ import annotations

from pathlib import Path

import worker
from core.queue import JOB_TIMEOUT_SECONDS, PERFORM
from core.settings import load
from models.outbox import LEASE_SECONDS, QUEUE_OF
from nlu.transcribers import faster_whisper
from webhooks.channels import meta, twilio_client
from wiring import build

ROOT = Path(__file__).parents[2]
COMPLETE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
    "REDIS_URL": "redis://127.0.0.1/0",
    "SECRET_KEY": "k" * 32,
}


def _workers() -> dict[str, str]:
    """Name of each worker process in the Procfile and the queue it is started for."""
    lines = [line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines() if line.strip()]
    commands = {name: command.split() for name, _, command in lines}
    return {name: command[2] for name, command in commands.items() if command[1] == "worker.py"}


def test_every_queue_has_one_worker_of_its_name() -> None:
    assert _workers() == {queue: queue for queue in set(QUEUE_OF.values())}


def test_every_queue_has_a_lease_and_a_number_of_rows() -> None:
    assert set(LEASE_SECONDS) == set(QUEUE_OF.values()) == set(worker.ROWS_PER_WAKE_UP)


def test_every_topic_has_a_route_and_every_route_a_topic() -> None:
    assert set(build(load(COMPLETE)).routes) == set(QUEUE_OF)


def test_doorbell_names_the_function_that_the_worker_has() -> None:
    module, _, name = PERFORM.rpartition(".")
    assert module == worker.__name__
    assert getattr(worker, name) is worker.perform


def test_network_row_is_leased_for_longer_than_its_job_may_run() -> None:
    assert LEASE_SECONDS["network"] > JOB_TIMEOUT_SECONDS
    assert worker.ROWS_PER_WAKE_UP["network"] == 1


def test_background_row_is_leased_for_longer_than_its_job_may_run() -> None:
    last_row = JOB_TIMEOUT_SECONDS - worker.BEGIN_WITHIN_SECONDS
    assert LEASE_SECONDS["background"] > JOB_TIMEOUT_SECONDS > last_row > faster_whisper.MOST_SECONDS


def test_outbound_row_is_leased_for_longer_than_any_send_may_take() -> None:
    slowest = max(
        sum(meta.UPLOAD_TIMEOUT) + sum(meta.TIMEOUT), sum(twilio_client.CONTENT_TIMEOUT) + sum(twilio_client.TIMEOUT)
    )
    assert slowest < LEASE_SECONDS["outbound"]
