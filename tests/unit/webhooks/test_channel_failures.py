"""What each channel's error codes stand for: the code decides, never the words; the HTTP status only without one."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Failure, Misconfigured, Refused, Unreachable
from webhooks.channels.meta_errors import ERRORS as META
from webhooks.channels.twilio_errors import ERRORS as TWILIO


def _graph(code: object) -> dict[str, Any]:
    return {"error": {"code": code, "message": "words that Meta changes"}}


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ((190, 3, 10, 200, 299, 368, 131031, 131042, 133010), Misconfigured),
        ((1, 2, 4, 80007, 613, 130429, 131000, 131016, 131056, 131057), Unreachable),
    ],
)
def test_graph_code_decides_whatever_the_status(status: int, codes: tuple[int, ...], kind: type[Failure]) -> None:
    for code in codes:
        failure = META.failure_of(status, _graph(code))
        assert (type(failure), failure.code, failure.ambiguous) == (kind, f"graph_{code}", False)


@pytest.mark.parametrize("code", [100, 131008, 131009, 131026, 131047, 131051, 131053, 132001, 132015, 130472, 131049])
def test_graph_code_that_repeating_cannot_help_is_refused(code: int) -> None:
    assert isinstance(META.failure_of(400, _graph(code)), Refused)


@pytest.mark.parametrize(
    "answer", [{}, [], None, "x", {"error": "x"}, {"error": {}}, _graph(None), _graph([1]), _graph({})]
)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (401, Misconfigured), (403, Misconfigured), (429, Unreachable), (503, Unreachable)],
)
def test_http_status_decides_when_there_is_no_code(answer: Any, status: int, kind: type[Failure]) -> None:
    assert type(META.failure_of(status, answer)) is kind
    assert type(TWILIO.failure_of(status, answer)) is kind


def test_code_zero_is_a_token_problem_unless_the_server_is_down() -> None:
    assert isinstance(META.failure_of(401, _graph(0)), Misconfigured)
    assert isinstance(META.failure_of(500, _graph(0)), Unreachable)


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)])
def test_graph_wait_is_believed_when_it_is_a_number(header: str, wait: float | None) -> None:
    assert META.failure_of(429, {}, header).retry_after == wait


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (20003, Misconfigured),
        (20429, Unreachable),
        (63018, Unreachable),
        (63012, Unreachable),
        (63016, Refused),
        (63024, Refused),
    ],
)
def test_twilio_code_decides(code: int, kind: type[Failure]) -> None:
    failure = TWILIO.failure_of(400, {"code": code, "message": "words"})
    assert (type(failure), failure.code) == (kind, f"twilio_{code}")
