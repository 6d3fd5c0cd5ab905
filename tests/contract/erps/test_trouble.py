"""What every ERP of others does in trouble: nothing is asked twice that happens twice, and no secret gets out."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from core.errors import Failure, Misconfigured, Unreachable
from tests.contract.erps.scene import BRUNO, Rig, rigs
from tests.contract.erps.server import Answered, Asked, ErpServer, Trouble

OUTSIDE = {name: make for name, make in rigs().items() if not name.startswith("local")}


@pytest.fixture(params=sorted(OUTSIDE))
def rig(request: pytest.FixtureRequest) -> Rig:
    return OUTSIDE[request.param](request)


def server_of(rig: Rig) -> ErpServer:
    assert rig.server is not None
    return rig.server


def a_contract_of(rig: Rig) -> str:
    customer = rig.erp.find_by_document(BRUNO)
    assert customer is not None
    return rig.erp.contracts(customer.ref)[0].ref


def in_trouble(rig: Rig, trouble: Trouble, times: int | None = None) -> ErpServer:
    server = server_of(rig)
    server.trouble, server.trouble_times = trouble, times
    server.calls.clear()
    return server


@pytest.mark.parametrize("trouble", ["error", "page", "cut"])
def test_a_read_without_an_answer_is_unreachable(rig: Rig, trouble: Trouble) -> None:
    contract = a_contract_of(rig)
    in_trouble(rig, trouble)
    with pytest.raises(Unreachable):
        rig.erp.open_invoices(contract)
    with pytest.raises(Unreachable):
        rig.erp.find_by_document(BRUNO)


def test_a_read_that_failed_once_is_asked_once_more(rig: Rig) -> None:
    contract = a_contract_of(rig)
    in_trouble(rig, "error", times=1)
    assert rig.erp.open_invoices(contract)


def test_busy_is_unreachable_for_as_long_as_was_asked_for(rig: Rig) -> None:
    contract = a_contract_of(rig)
    server = in_trouble(rig, "busy")
    with pytest.raises(Unreachable) as busy:
        rig.erp.open_invoices(contract)
    assert busy.value.retry_after == 7
    assert len(server.calls) == 1


def test_wrong_credentials_are_ours_to_mend(rig: Rig) -> None:
    contract = a_contract_of(rig)
    in_trouble(rig, "locked_out")
    with pytest.raises(Misconfigured):
        rig.erp.open_invoices(contract)


@pytest.mark.parametrize("trouble", ["error", "error_after", "cut"])
def test_a_ticket_is_never_asked_for_twice(rig: Rig, trouble: Trouble) -> None:
    contract = a_contract_of(rig)
    rig.erp.open_ticket(contract, "Sem sinal", "primeiro")
    asked = _writes(rig, lambda: rig.erp.open_ticket(contract, "Sem sinal", "segundo"), trouble)
    assert asked == 1


@pytest.mark.parametrize("trouble", ["error", "error_after", "cut"])
def test_a_trust_unlock_is_never_asked_for_twice(rig: Rig, trouble: Trouble) -> None:
    if "trust_unlock" not in rig.erp.capabilities():
        return
    contract = a_contract_of(rig)
    assert _writes(rig, lambda: rig.erp.trust_unlock(contract, 3), trouble) == 1


def _writes(rig: Rig, write: Callable[[], object], trouble: Trouble) -> int:
    """How often the write itself was asked for, when only it is in trouble; what is read before it goes well."""
    server = server_of(rig)
    server.calls.clear()
    real = server.respond
    write_path = rig.write_path
    asked = 0

    def respond(one: Asked) -> Answered | None:
        nonlocal asked
        if write_path(one):
            asked += 1
            server.trouble = trouble
            try:
                return real(one)
            finally:
                server.trouble = ""
        return real(one)

    server.respond = respond  # type: ignore[method-assign,assignment]
    try:
        with pytest.raises(Unreachable) as lost:
            write()
    finally:
        server.respond = real  # type: ignore[method-assign]
    assert lost.value.ambiguous
    return asked


@pytest.mark.parametrize("trouble", ["error", "page", "cut", "busy", "locked_out"])
def test_no_secret_is_in_an_error_or_a_log(rig: Rig, trouble: Trouble, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    contract = a_contract_of(rig)
    in_trouble(rig, trouble)
    with pytest.raises(Failure) as failure:
        rig.erp.open_invoices(contract)
    said = f"{failure.value} {failure.value!r} {failure.value.detail} {caplog.text}"
    assert rig.secrets
    assert not [secret for secret in rig.secrets if secret in said]
