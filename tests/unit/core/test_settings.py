"""Settings that depend on what the project holds."""

from __future__ import annotations

import pytest

from core.settings import SettingsError, load

NEEDED = {
    "DATABASE_URL": "postgresql://religa@127.0.0.1/religa",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "k" * 32,
}


@pytest.mark.parametrize("language", ["pt_BR", "es"])
def test_language_of_the_customers_is_one_that_there_are_examples_for(language: str) -> None:
    assert load({**NEEDED, "CUSTOMER_LANGUAGE": language}).customer_language == language


def test_language_of_the_customers_is_portuguese_when_none_is_set() -> None:
    assert load(NEEDED).customer_language == "pt_BR"


@pytest.mark.parametrize("language", ["fr", "pt_BR:pt:en", "../pt_BR", "es_AR"])
def test_settings_name_the_languages_there_are_when_it_is_another_one(language: str) -> None:
    with pytest.raises(SettingsError, match=r"CUSTOMER_LANGUAGE: valor inválido.*pt_BR or es"):
        load({**NEEDED, "CUSTOMER_LANGUAGE": language})
