"""The commands that make the built-in WhatsApp misbehave, over HTTP as a provider calls them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.unit.webhooks.simulator.standin import StandIn, standing_in


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        yield running


def command(product: StandIn, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulator", "--url", product.base_url, *arguments])


def test_trouble_is_switched_on_shown_and_calmed(product: StandIn) -> None:
    on = command(product, "trouble", "batch", "--on", "webhooks", "--amount", "100", "--seconds", "0.5")
    assert on.exit_code == 0, on.output
    assert "webhooks: batch (até desligar, 100 %, seconds 0.5, amount 100)" in on.output
    assert (
        "messages: 131056 (mais 3, 20 %)"
        in command(product, "trouble", "131056", "--times", "3", "--chance", "20").output
    )
    assert "Webhooks a entregar: 0" in command(product, "state").output
    assert "Nenhuma dificuldade" in command(product, "calm").output


def test_unknown_trouble_is_refused_with_a_sentence(product: StandIn) -> None:
    wrong = command(product, "trouble", "explode")
    assert wrong.exit_code == 1
    assert "simulator modes" in wrong.output
    assert "duplicate" in command(product, "modes").output


def test_absent_simulator_is_told(product: StandIn) -> None:
    nowhere = CliRunner().invoke(main, ["simulator", "--url", "http://127.0.0.1:9", "state"])
    assert nowhere.exit_code == 1
    assert "não respondeu" in nowhere.output
