"""One contract for every kind of bubble: however the channel shows it, the customer gets all of it, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Refused
from tests.contract.channels.rigs import Rig
from tests.contract.channels.scenarios import INVOICE, PIX, SCENARIOS, Scenario, a_message
from webhooks.channels.ports import KINDS, Outgoing, Reaction
from webhooks.fallback import plain


def sent(rig: Rig, message: Outgoing) -> bool:
    """Sends it as deliver does; False where it has no words."""
    spoken = plain(message, rig.channel.kinds)
    if spoken is None:
        return False
    assert rig.channel.send(spoken).provider_id
    return True


def test_every_kind_has_its_scenario() -> None:
    assert {scenario.kind for scenario in SCENARIOS} == set(KINDS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_kind_arrives_with_all_that_the_customer_needs(rig: Rig, scenario: Scenario) -> None:
    message = scenario.message
    if message.reaction:
        message = replace(message, reaction=Reaction(rig.wrote(), message.reaction.emoji))
    native = scenario.kind in rig.channel.kinds
    if scenario.kind == "template" and not native:
        with pytest.raises(Refused):
            sent(rig, message)
        return
    if not sent(rig, message):
        assert (scenario.kind, rig.arrived()) == ("reaction", [])
        return
    (arrived,) = rig.arrived()
    assert [need for need in scenario.needs if need not in arrived.everything] == []
    if native and scenario.name == scenario.kind:
        assert arrived.kind == rig.shows.get(scenario.kind, scenario.kind)


def test_refused_payment_still_arrives_as_the_bill_with_its_codes(rig: Rig) -> None:
    (payment,) = (scenario for scenario in SCENARIOS if scenario.name == "payment")
    spoken = plain(payment.message, rig.channel.kinds - {"payment"})
    assert spoken is not None
    rig.channel.send(spoken)
    (arrived,) = rig.arrived()
    assert arrived.file == INVOICE.filename
    assert PIX in arrived.text.split("\n")
    assert [need for need in payment.needs if need not in arrived.text] == []


def test_answer_points_at_what_it_answers(rig: Rig) -> None:
    rig.channel.send(a_message("text", "Isso mesmo", quoted_id=rig.wrote()))
    (arrived,) = rig.arrived()
    assert (arrived.text, arrived.quoted) == ("Isso mesmo", rig.wrote() if rig.quotes else "")
