"""One token serves all requests until shortly before its end; who gets none is told so."""

from __future__ import annotations

from typing import Any

import pytest

from billing.caller import Caller
from billing.client_token import ClientToken
from core.errors import Misconfigured, Unreachable
from tests.unit.billing.answering import answering


class Door:
    """Gives numbered tokens that live as long as it is told."""

    def __init__(self, **told: Any) -> None:
        self.told = told
        self.given = 0
        self.now = 0.0
        caller = Caller(answering(self._say), "https://door.example")
        carries = {"cert": "both.pem", "headers": {"Accept": "application/json"}}
        self.token = ClientToken(caller, "/token", {"json": {}}, carries, clock=lambda: self.now)

    def _say(self, _path: str) -> Any:
        self.given += 1
        return {"access_token": f"t{self.given}", **self.told}

    def shown(self) -> str:
        return str(self.token.options()["headers"]["Authorization"])


def test_a_token_serves_until_a_minute_before_its_end() -> None:
    door = Door(expires_in=3600)
    assert door.shown() == door.shown() == "Bearer t1"
    door.now = 3539.0
    assert door.shown() == "Bearer t1"
    door.now = 3540.0
    assert door.shown() == "Bearer t2"


def test_a_token_without_a_life_is_kept_for_some_minutes() -> None:
    door = Door()
    assert door.shown() == door.shown() == "Bearer t1"
    door.now = 300.0
    assert door.shown() == "Bearer t2"


def test_a_refused_token_is_not_shown_again() -> None:
    door = Door(expires_in="3600")
    door.shown()
    assert door.token.renew()
    assert door.shown() == "Bearer t2"


def test_what_goes_with_every_request_goes_besides_the_token() -> None:
    options = Door(expires_in=3600).token.options()
    assert options == {"cert": "both.pem", "headers": {"Accept": "application/json", "Authorization": "Bearer t1"}}


@pytest.mark.parametrize("token", [None, ""])
def test_an_answer_without_a_token_is_ours_to_mend(token: Any) -> None:
    with pytest.raises(Misconfigured, match="erp_credentials"):
        Door(access_token=token).shown()


def test_an_answer_that_is_no_object_says_nothing() -> None:
    token = ClientToken(Caller(answering(lambda _: []), "https://door.example"), "/token", {})
    with pytest.raises(Unreachable):
        token.options()
