"""How an ERP is called: reads twice, writes once, a newer token when one is refused, and no secret in an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from billing.caller import Auth, Caller
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.http import make_session
from tests.contract.erps.server import Answered, Asked, ErpServer, Trouble

SECRET = "s3cr3t-t0k3n"


class Echo(ErpServer):
    """Lets in whoever has a good token, and answers each path with its own status."""

    def __init__(self) -> None:
        super().__init__()
        self.good = {"good"}

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("x-token", "good") not in self.good:
            return self.denied()
        status = asked.path.strip("/")
        return Answered({"value": 99.9, "query": dict(asked.query)}, int(status) if status.isdecimal() else 200)


class Tokens(Auth):
    """Gives its tokens one after the other."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)

    def options(self) -> Mapping[str, Any]:
        return {"headers": {"X-Token": self._tokens[0]}, "params": {"token": SECRET}}

    def renew(self) -> bool:
        del self._tokens[0]
        return bool(self._tokens)


@pytest.fixture
def server() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.stop()


def a_caller(server: ErpServer, auth: Auth | None = None) -> Caller:
    return Caller(make_session(), f"{server.url}/", auth)


def trouble(server: Echo, kind: Trouble, times: int | None = None) -> None:
    server.trouble, server.trouble_times = kind, times


def test_an_answer_comes_whole_and_its_numbers_exact(server: Echo) -> None:
    answer = a_caller(server).read("/x", params={"a": "ção"})
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json() == {"value": Decimal("99.9"), "query": {"a": "ção"}}


@pytest.mark.parametrize("kind", ["error", "cut"])
def test_a_read_without_an_answer_is_asked_twice_and_no_more(server: Echo, kind: Trouble) -> None:
    trouble(server, kind)
    with pytest.raises(Unreachable):
        a_caller(server).read("/x")
    assert len(server.calls) == 2
    trouble(server, kind, times=1)
    assert a_caller(server).read("/x").status == 200


def test_a_read_by_post_is_a_read(server: Echo) -> None:
    trouble(server, "error", times=1)
    assert a_caller(server).read("/x", method="POST", json={"page": 1}).status == 200
    assert [call.method for call in server.calls] == ["POST", "POST"]


@pytest.mark.parametrize("kind", ["error", "error_after", "cut"])
def test_a_write_is_asked_once_and_leaves_open_whether_it_was_done(server: Echo, kind: Trouble) -> None:
    trouble(server, kind)
    with pytest.raises(Unreachable) as lost:
        a_caller(server).write("/x")
    assert lost.value.ambiguous
    assert len(server.calls) == 1


def test_a_write_to_nobody_was_not_done(server: Echo) -> None:
    server.stop()
    with pytest.raises(Unreachable) as lost:
        a_caller(server).write("/x")
    assert (lost.value.code, lost.value.ambiguous) == ("connection_failed", False)


def test_a_write_to_somebody_busy_was_not_done(server: Echo) -> None:
    trouble(server, "busy")
    with pytest.raises(Unreachable) as busy:
        a_caller(server).write("/x")
    assert (busy.value.code, busy.value.ambiguous, busy.value.retry_after) == ("too_many", False, 7)


def test_somebody_busy_is_not_asked_again_at_once(server: Echo) -> None:
    trouble(server, "busy")
    with pytest.raises(Unreachable):
        a_caller(server).read("/x")
    assert len(server.calls) == 1


def test_nothing_found_is_an_answer(server: Echo) -> None:
    assert a_caller(server).read("/404").status == 404
    assert a_caller(server).write("/404").status == 404


@pytest.mark.parametrize("status", ["400", "405", "409", "422"])
def test_a_no_is_refused_and_not_asked_again(server: Echo, status: str) -> None:
    for ask in (a_caller(server).read, a_caller(server).write):
        server.calls.clear()
        with pytest.raises(Refused) as refusal:
            ask(f"/{status}")
        assert refusal.value.code == "erp_refused"
        assert len(server.calls) == 1


def test_a_no_is_an_answer_for_whoever_reads_it(server: Echo) -> None:
    answer = a_caller(server).write("/422", refusals=True)
    assert (answer.status, answer.json()["value"]) == (422, Decimal("99.9"))


@pytest.mark.parametrize("write", [False, True])
def test_a_refused_token_is_renewed_and_the_call_made_again(server: Echo, write: bool) -> None:
    caller = a_caller(server, Tokens("old", "good"))
    assert (caller.write("/x") if write else caller.read("/x")).status == 200
    assert [call.headers["x-token"] for call in server.calls] == ["old", "good"]


@pytest.mark.parametrize(("tokens", "asked"), [(("old",), 1), (("old", "older"), 2)])
def test_whoever_is_never_let_in_has_to_mend_something(server: Echo, tokens: tuple[str, ...], asked: int) -> None:
    with pytest.raises(Misconfigured) as failure:
        a_caller(server, Tokens(*tokens)).read("/x")
    assert (failure.value.code, failure.value.detail) == ("erp_credentials", "HTTP 401")
    assert len(server.calls) == asked


def test_what_a_call_says_itself_goes_before_what_lets_it_in(server: Echo) -> None:
    a_caller(server, Tokens("old")).read("/x", headers={"X-Token": "good"}, params={"a": "1"})
    assert server.calls[0].query == {"token": SECRET, "a": "1"}


def test_a_page_instead_of_data_is_no_answer(server: Echo) -> None:
    trouble(server, "page")
    caller = a_caller(server)
    for answer, ambiguous in ((caller.read("/x"), False), (caller.write("/x"), True)):
        with pytest.raises(Unreachable) as page:
            answer.json()
        assert (page.value.code, page.value.detail) == ("not_json", "text/html")
        assert page.value.ambiguous is ambiguous


def test_an_answer_elsewhere_is_not_followed(server: Echo) -> None:
    assert a_caller(server).read("/302").status == 302
    assert len(server.calls) == 1


def test_who_listens_is_told_paths_and_statuses_only(server: Echo) -> None:
    told: list[tuple[str, int]] = []
    caller = Caller(make_session(), server.url, Tokens("good"), told=lambda path, status: told.append((path, status)))
    caller.read("/x", params={"cpf": "1"})
    caller.read("/404")
    assert told == [("/x", 200), ("/404", 404)]


@pytest.mark.parametrize("kind", ["error", "busy", "locked_out", "cut", "dead"])
def test_no_secret_is_in_an_error(server: Echo, kind: Trouble, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trouble(server, kind)
    if kind == "dead":
        server.stop()
    with pytest.raises(Failure) as failure:
        a_caller(server, Tokens("good")).read("/x", params={"senha": SECRET})
    assert SECRET not in f"{failure.value} {failure.value!r} {failure.value.detail} {caplog.text}"
