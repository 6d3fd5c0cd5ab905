"""Commands find the system that `make run` started, wherever its data are."""

from __future__ import annotations

from pathlib import Path

import pytest

import cli_database
from cli_database import address, kept_where


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATA_DIR", "DATABASE_URL", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli_database, "ROOT", tmp_path)
    return tmp_path


def test_data_folder_is_the_default_where_nobody_named_one(folder: Path) -> None:
    assert kept_where() == folder / ".religa" / "environment.json"


def test_data_folder_comes_from_the_environment_and_else_from_dotenv(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("DATA_DIR=/srv/a\n")
    assert kept_where() == Path("/srv/a/environment.json")
    monkeypatch.setenv("DATA_DIR", "/srv/b")
    assert kept_where() == Path("/srv/b/environment.json")


def test_database_is_that_of_the_system_in_the_named_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "environment.json").write_text('{"DATABASE_URL": "postgresql://there/religa"}')
    monkeypatch.setenv("DATA_DIR", str(folder))
    assert address(None) == "postgresql://there/religa"
