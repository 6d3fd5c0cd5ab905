"""ERP and ERP_OPTIONS: what is wrong there is reported at the start, with every other wrong setting."""

from __future__ import annotations

import pytest

from billing.erp_kind import ErpKind
from core.errors import Misconfigured
from core.field import Field
from core.settings import SettingsError
from tests.fake_erp import FakeErp
from wiring_erp import options_problem, read_settings


def _connect(connecting: object) -> FakeErp:
    if connecting.fields["url"] == "ftp://erp":  # type: ignore[attr-defined]
        raise Misconfigured("erp_url", "url: esperado https://")
    return FakeErp()


KIND = ErpKind("fake", "ERP de teste", (Field("url", "Endereço"), Field("token", "Token", secret=True)), _connect)


def test_unknown_erp_is_reported_beside_every_other_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"ERP": "nada", "PORT": "muitos", "DATABASE_URL": "postgresql://x@127.0.0.1/y"})
    text = "\n".join(caught.value.problems)
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
    problem = options_problem(KIND, options)
    assert said in problem
    assert "segredo" not in problem


def test_right_options_are_no_problem() -> None:
    assert options_problem(KIND, '{"url": "https://erp", "token": "segredo"}') == ""
