"""Settings of Twilio: secrets go over HTTPS or stay on the machine, and the stand-in is there only when it is named."""

from __future__ import annotations

import pytest

from core.settings import SettingsError, load
from tests.architecture.test_queues import COMPLETE

TWILIO = {
    **COMPLETE,
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "whatsapp:+551230001000",
}
OWN = "http://127.0.0.1:8000/simulator/twilio"


@pytest.mark.parametrize("name", ["TWILIO_API_URL", "TWILIO_CONTENT_URL"])
def test_twilio_address_without_https_is_refused_unless_it_is_this_machine(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({**TWILIO, name: "http://twilio.example.com"})
    assert load({**TWILIO, name: OWN})


def test_simulated_twilio_is_there_only_when_it_is_named_and_whatsapp_is_simulated() -> None:
    assert not load(TWILIO).simulated_twilio
    assert not load({**COMPLETE, "TWILIO_API_URL": OWN}).simulated_twilio
    assert load({**TWILIO, "TWILIO_API_URL": OWN}).simulated_twilio
    real = {"META_ACCESS_TOKEN": "t", "META_APP_SECRET": "s"}
    assert not load({**TWILIO, **real, "TWILIO_API_URL": OWN}).simulated_twilio
