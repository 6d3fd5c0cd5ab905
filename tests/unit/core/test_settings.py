"""Settings that depend on what the project holds."""

from __future__ import annotations

import sys
from pathlib import Path

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


@pytest.mark.parametrize("place", ["s3://midia", "s3://midia/suporte", "/srv/midia", "midia"])
def test_media_are_kept_in_a_folder_or_a_bucket(place: str) -> None:
    assert load({**NEEDED, "MEDIA_STORE": place}).media_store == place


@pytest.mark.parametrize("place", ["gs://midia", "http://midia", "s3://", "file:///srv"])
def test_media_are_kept_nowhere_else(place: str) -> None:
    with pytest.raises(SettingsError, match="MEDIA_STORE: valor inválido"):
        load({**NEEDED, "MEDIA_STORE": place})


def test_transcription_says_at_start_what_it_misses(tmp_path: Path) -> None:
    wanted = {**NEEDED, "TRANSCRIPTION": "faster_whisper"}
    with pytest.raises(SettingsError, match="TRANSCRIPTION_MODEL: faltando"):
        load(wanted)
    with pytest.raises(SettingsError, match=r"TRANSCRIPTION_MODEL: não há um modelo em .*model\.bin"):
        load({**wanted, "TRANSCRIPTION_MODEL": str(tmp_path)})


def test_transcription_names_the_list_to_install_where_the_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setattr("sys.meta_path", [])
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    with pytest.raises(SettingsError, match=r"pip install -r requirements-voice\.txt"):
        load({**NEEDED, "TRANSCRIPTION": "faster_whisper", "TRANSCRIPTION_MODEL": str(tmp_path)})
