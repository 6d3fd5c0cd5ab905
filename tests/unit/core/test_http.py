"""What a call over HTTP leaves behind in logs and errors."""

from __future__ import annotations

import logging
import traceback

import pytest

from core.errors import Unreachable
from core.http import make_session, send
from tests.contract.erps.server import Answered, Asked, ErpServer

SECRET = "4f1d0c0ffee"


class Quiet(ErpServer):
    def answer(self, asked: Asked) -> Answered:
        return Answered({"path": asked.path})


def test_what_stands_after_the_question_mark_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = Quiet()
    try:
        send(make_session(), "GET", f"{server.url}/mk/x.rule", timeout=(3, 3), params={"chave": SECRET})
    finally:
        server.stop()
    assert "/mk/x.rule" in caplog.text
    assert SECRET not in caplog.text


def test_an_error_with_all_that_led_to_it_does_not_hold_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = Quiet()
    server.stop()
    with pytest.raises(Unreachable) as lost:
        send(make_session(), "GET", f"{server.url}/mk/x.rule", timeout=(3, 3), params={"chave": SECRET})
    assert not lost.value.ambiguous
    assert SECRET not in "".join(traceback.format_exception(lost.value)) + caplog.text
