"""The provider's row becomes values, or says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from billing.provider_row import load_policy, load_provider
from billing.trust_unlock import Policy
from core.db import Database
from core.errors import Misconfigured
from tests.integration.billing_rows import store_provider
from tests.unit.billing.build import a_provider


def test_load_provider_gives_the_row_with_its_policies(db: Database) -> None:
    store_provider(db, policies={"boleto_bank": "001", "support_phone": "+551230001000"})
    assert load_provider(db) == a_provider(support_phone="+551230001000")


def test_load_provider_makes_no_boleto_when_no_bank_is_set(db: Database) -> None:
    store_provider(db, policies={})
    assert load_provider(db).boleto_bank is None


def test_load_policy_keeps_the_usual_terms_where_the_row_is_silent(db: Database) -> None:
    store_provider(db, policies={"trust_unlock": {"hours": 24}})
    assert load_policy(db) == Policy(hours=24)


@pytest.mark.parametrize("load", [load_provider, load_policy])
def test_loading_says_that_there_is_no_provider_when_the_table_is_empty(db: Database, load: Any) -> None:
    with pytest.raises(Misconfigured, match="provider: nenhum provedor") as missing:
        load(db)
    assert missing.value.code == "provider"


@pytest.mark.parametrize("changes", [{"cnpj": "11222333000180"}, {"cnpj": "52998224725"}, {"size": "enorme"}])
def test_load_provider_refuses_a_row_that_is_wrong(db: Database, changes: dict[str, Any]) -> None:
    store_provider(db, **changes)
    with pytest.raises(Misconfigured) as wrong:
        load_provider(db)
    assert wrong.value.code == "provider"


@pytest.mark.parametrize("terms", [{"hours": 0}, {"horas": 72}])
def test_load_policy_refuses_terms_that_are_wrong(db: Database, terms: dict[str, Any]) -> None:
    store_provider(db, policies={"trust_unlock": terms})
    with pytest.raises(Misconfigured, match="trust_unlock"):
        load_policy(db)
