"""How many requests the web process works on at once, while open consoles take no place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from app import Turnstile


def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    return [environ["PATH_INFO"].encode()]


def test_turnstile_lets_the_next_in_once_an_answer_was_sent_and_open_consoles_pass() -> None:
    turnstile = Turnstile(answering, most=1)
    served: list[bytes] = []
    first = turnstile({"PATH_INFO": "/first"}, print)
    second = threading.Thread(target=lambda: served.extend(turnstile({"PATH_INFO": "/second"}, print)))
    second.start()
    assert list(turnstile({"PATH_INFO": "/console/stream"}, print)) == [b"/console/stream"]
    assert served == []
    first.close()  # type: ignore[attr-defined]
    second.join(30)
    assert served == [b"/second"]


def test_turnstile_frees_the_place_of_a_request_that_failed() -> None:
    def failing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise KeyError

    turnstile = Turnstile(failing, most=1)
    for _ in range(2):
        with pytest.raises(KeyError):
            turnstile({"PATH_INFO": "/x"}, print)
