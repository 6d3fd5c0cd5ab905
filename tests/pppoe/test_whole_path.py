"""From a WhatsApp message to packets: a suspended subscriber asks, the bot releases, and the ping answers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.chat import Chat, environment, idle
from tests.e2e.outside import buttons, words
from tests.e2e.system import System, running_system
from tests.integration.freeradius import SECRET
from tests.integration.nlu_server import nlu_url
from tests.pppoe.lab import Lab, within

__all__ = ["nlu_url"]  # a fixture: found by name

pytestmark = [pytest.mark.freeradius, pytest.mark.pppoe]
BRUNO = "5512981110002"
ONU = "HWTC00000002"


@pytest.fixture(scope="module")
def system(lab: Lab, radius_url: str, nlu_url: str) -> Iterator[System]:
    """`make run` with the lab's FreeRADIUS and NAS in place of the simulated ones; its OLTs are the simulated ones."""
    settings = {
        "RADIUS_DATABASE_URL": radius_url,
        "RADIUS_SECRET": SECRET,
        "RADIUS_COA_HOST": "127.0.0.1",
        "RADIUS_COA_PORT": str(lab.coa_port),
        "RADIUS_SETTLE_SECONDS": "12",
    }
    with running_system(nlu_url, settings) as running:
        yield running


def test_message_releases_the_line_and_a_cut_is_told_as_fibre(system: System, lab: Lab) -> None:
    bruno = Chat(system, BRUNO)
    assert lab.ping(2) == "filtered"
    began = time.monotonic()
    offer = bruno.say("já paguei, libera ai pfv")
    assert "release:yes" in buttons(offer), words(offer)
    assert lab.ping(2) == "filtered", "nothing happens before the yes"

    done = bruno.tap(offer, "release:yes")

    told = time.monotonic()
    assert "foi liberado" in words(done)
    within(20, lambda: lab.ping(2) == "answers")
    print(f"message to verified answer {told - began:.1f} s, to the first ping {time.monotonic() - began:.1f} s")
    idle(system)

    lab.order("link", home=2, state="down")
    simulated = environment(system)["SIMULATED_NETWORK_URL"]
    assert requests.post(f"{simulated}/onu/{ONU}", json={"state": "los"}, timeout=5).ok
    within(40, lambda: not lab.online("bruno.lima"))
    asked = time.monotonic()
    verdict = bruno.say("caiu minha internet")
    assert "não está recebendo luz da fibra" in words(verdict)
    print(f"diagnosis {time.monotonic() - asked:.1f} s")
