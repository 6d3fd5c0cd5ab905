"""The commands about payment gateways, as processes over a bank: what they say when it works, and when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billing.gateway import gateway_kinds
from tests.contract.gateways.asaas_bank import KEY, AsaasBank
from tests.contract.gateways.bank import HTML, TROUBLE, Said
from tests.integration.commands import command
from tests.unit.webhooks.simulator.standin import standing_in

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def bank() -> Iterator[AsaasBank]:
    bank = AsaasBank()
    yield bank
    bank.close()


@pytest.fixture
def run(tmp_path: Path, bank: AsaasBank) -> Run:
    """A `gateways` command with Asaas configured; it needs no database. `changes` are of its options."""

    def run(word: str, environment: dict[str, str] | None = None, **changes: str) -> tuple[int, str]:
        options = {"token": KEY, "webhook_token": "muito-secreto", "url": f"{bank.url}/v3"} | changes
        told = {"GATEWAY": "asaas", "GATEWAY_OPTIONS": json.dumps(options), **(environment or {})}
        code, said = command(tmp_path, "gateways", word, **told)
        assert not any(secret in said for secret in (KEY, "muito-secreto", "Traceback"))
        return code, said

    return run


def test_kinds_names_every_gateway_and_its_fields(run: Run) -> None:
    code, said = run("kinds")
    assert code == 0
    for kind in gateway_kinds().values():
        assert f"{kind.kind} - {kind.title}" in said
        assert all(field.name in said for field in kind.fields)


def test_test_reads_and_changes_nothing_when_the_gateway_lets_us_in(run: Run, bank: AsaasBank) -> None:
    assert run("test") == (0, "O gateway respondeu.\n")
    assert {asked.method for asked in bank.asked} == {"GET"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": "errada"}, "O gateway não aceita a nossa configuração (erp_credentials: HTTP 401)"),
        ({"url": "http://127.0.0.1:9"}, "O gateway não respondeu como esperado (connection_failed: 127.0.0.1)"),
        ({"url": "asaas.example"}, "GATEWAY_OPTIONS: um campo não faz sentido (gateway: url"),
        ({"senha": "muito-secreto"}, "GATEWAY_OPTIONS: não existe senha"),
        ({"token": ""}, "GATEWAY_OPTIONS: falta token"),
    ],
)
def test_test_says_what_to_mend_when_the_options_are_wrong(run: Run, changes: dict[str, str], said: str) -> None:
    code, output = run("test", **changes)
    assert code == 1
    assert said in output


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"GATEWAY": ""}, "GATEWAY não está definido."),
        ({"GATEWAY": "nada"}, "GATEWAY: valor inválido 'nada'. Esperado: asaas, efi, inter."),
        ({"GATEWAY_OPTIONS": '{"token": "muito-secreto"'}, "GATEWAY_OPTIONS: não é JSON"),
        ({"GATEWAY_OPTIONS": '["muito-secreto"]'}, "GATEWAY_OPTIONS: esperado um objeto JSON"),
        (
            {
                "GATEWAY": "efi",
                "GATEWAY_OPTIONS": '{"client_id": "a", "client_secret": "x", "product": "pix"}',
            },
            "GATEWAY_OPTIONS: ",
        ),
    ],
)
def test_test_says_what_to_mend_when_settings_are_wrong(run: Run, environment: dict[str, str], said: str) -> None:
    code, output = run("test", environment)
    assert code == 1
    assert said in output


@pytest.mark.parametrize("answer", [HTML, TROUBLE])
def test_test_says_that_the_gateway_did_not_answer_when_it_is_in_trouble(
    run: Run, bank: AsaasBank, answer: Said
) -> None:
    bank.next = [answer] * 4
    code, said = run("test")
    assert code == 1
    assert "O gateway não respondeu como esperado (" in said


def test_test_asks_the_demonstrations_bank_when_make_run_is_up_and_says_so_when_it_is_not(
    run: Run, tmp_path: Path
) -> None:
    demo = {"GATEWAY": "simulator", "GATEWAY_OPTIONS": ""}
    assert run("test", demo) == (
        1,
        "Error: GATEWAY=simulator só responde onde o `make run` está rodando (DATA_DIR).\n",
    )
    with standing_in(tmp_path, bank_token="muito-secreto") as product:
        up = demo | {"PORT": product.base_url.rpartition(":")[2], "META_APP_SECRET": "muito-secreto"}
        assert run("test", up) == (0, "O gateway respondeu.\n")
    code, said = run("test", up)
    assert code == 1
    assert "O gateway não respondeu como esperado (connection_failed" in said
