"""ERP and gateway: what is wrong in their settings is reported at the start, with every other wrong setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from billing.erp_kind import ErpKind
from billing.gateway import GatewayKind
from core.errors import Misconfigured
from core.field import Field
from core.settings import SettingsError
from tests.fake_erp import FakeErp
from wiring_settings import erp_options_problems, gateway_options_problems, read_settings


def _connect(connecting: object) -> FakeErp:
    if connecting.fields["url"] == "ftp://erp":  # type: ignore[attr-defined]
        raise Misconfigured("erp_url", "url: esperado https://")
    return FakeErp()


def _bank(fields: Mapping[str, str], *_: object) -> Any:
    if fields["url"] == "ftp://erp":
        raise Misconfigured("gateway", "url: esperado https://")


FIELDS = (Field("url", "Endereço"), Field("token", "Token", secret=True))
GATEWAY = GatewayKind("fake", "Gateway de teste", FIELDS, _bank)
KIND = ErpKind("fake", "ERP de teste", FIELDS, _connect)


def test_unknown_erp_and_wrong_gateway_are_reported_beside_every_other_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "ERP": "nada",
                "PORT": "muitos",
                "DATABASE_URL": "postgresql://x@127.0.0.1/y",
                "GATEWAY": "asaas",
                "GATEWAY_OPTIONS": '{"token": "segredo", "senha": "segredo"}',
            }
        )
    text = "\n".join(caught.value.problems)
    assert "GATEWAY_OPTIONS: falta webhook_token; não existe senha" in text
    assert "segredo" not in text
    assert "ERP: valor inválido 'nada'" in text
    assert "PORT: valor inválido" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "falta url, token"),
        ("{", "não é JSON"),
        ('["url"]', "esperado um objeto JSON"),
        ('{"url": "https://erp", "token": "segredo", "senha": "x"}', "não existe senha"),
        ('{"url": "ftp://erp", "token": "segredo"}', "esperado https://"),
    ],
)
def test_wrong_options_are_named_without_their_secrets(options: str, said: str) -> None:
    for problems in (erp_options_problems(KIND, options), gateway_options_problems(GATEWAY, options)):
        assert len(problems) == 1
        assert said in problems[0]
        assert "segredo" not in problems[0]


def test_right_options_are_no_problem() -> None:
    options = '{"url": "https://erp", "token": "segredo"}'
    assert erp_options_problems(KIND, options) == gateway_options_problems(GATEWAY, options) == []
