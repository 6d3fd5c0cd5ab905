"""The commands about templates, and who keeps the templates of each channel."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from app import create_app
from cli import main
from core.db import Database
from core.settings import Settings, load
from handoff.template_wording import PURPOSES
from models.channel_template import ChannelTemplate
from stores import free_port
from tests.integration.doors import rows
from tests.integration.template_rows import a_template
from tests.unit.webhooks.simulator.standin import SECRET, TOKEN, standing_in
from wiring import build
from wiring_channels import template_admins

NEEDED = {"DATABASE_URL": "postgresql://x@127.0.0.1/x", "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "x" * 32}
REAL = {"META_ACCESS_TOKEN": TOKEN, "META_APP_SECRET": SECRET}
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "whatsapp:+551230001000"}


def settings(**more: str) -> Settings:
    return load({**NEEDED, **more})


@pytest.mark.parametrize(
    ("more", "channels"),
    [
        ({}, {"meta"}),
        (REAL, set()),
        ({**REAL, "META_ACCOUNT_ID": "1"}, {"meta"}),
        ({**REAL, **TWILIO}, {"twilio"}),
    ],
)
def test_channels_have_templates_where_they_are_set_up_for_it(more: dict[str, str], channels: set[str]) -> None:
    assert set(template_admins(settings(**more))) == channels


def test_files_of_the_repository_pass_the_linter() -> None:
    result = CliRunner().invoke(main, ["templates", "lint"])
    assert (result.exit_code, result.output) == (0, f"{2 * len(PURPOSES)} modelos, nenhum problema.\n")


def test_list_shows_state_category_and_what_blocks(db: Database, database_url: str) -> None:
    a_template(db, category="MARKETING", blocked_for="graph_132000", quality="UNKNOWN")
    result = CliRunner().invoke(main, ["templates", "list", "--database-url", database_url])
    (line,) = result.output.splitlines()[1:]
    for words in (
        "reopen_1a2b3c4d",
        "Retomar a conversa",
        "aprovado",
        "marketing (mudou!)",
        "utilidade",
        "graph_132000",
        "ainda sem nota",
    ):
        assert words in line


def test_push_only_tells_until_it_is_confirmed_and_then_sends_once(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    with standing_in(tmp_path) as there:
        environment = {
            **NEEDED,
            **REAL,
            "DATABASE_URL": database_url,
            "META_GRAPH_URL": f"{there.base_url}/simulator/graph",
            "META_ACCOUNT_ID": "100000000000001",
        }
        runner = CliRunner(env=environment)
        assert f"meta: {len(PURPOSES)} a enviar" in runner.invoke(main, ["templates", "push"]).output
        assert f"meta: {len(PURPOSES)} a enviar" in runner.invoke(main, ["templates", "push"]).output
        assert f"meta: {len(PURPOSES)} enviados." in runner.invoke(main, ["templates", "push", "--yes"]).output
        assert "meta: 0 enviados." in runner.invoke(main, ["templates", "push", "--yes"]).output
        assert f"meta: {len(PURPOSES)} modelos." in runner.invoke(main, ["templates", "sync"]).output
        assert runner.invoke(main, ["templates", "list"]).output.count("aprovado") == len(PURPOSES)


def test_simulated_channel_gets_and_approves_the_templates_by_itself(
    db: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    own = settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        PORT=str(free_port()),
        DATA_DIR=str(tmp_path),
        META_APP_SECRET="s",
    )
    server = make_server(own.host, own.port, create_app(own), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        build(own).routes["sync_templates"].handle(0)
    finally:
        server.shutdown()
        server.server_close()
    assert {row.status for row in rows(db, ChannelTemplate)} == {"APPROVED"}
    assert {row.purpose for row in rows(db, ChannelTemplate)} == set(PURPOSES)


def test_push_says_what_is_missing_where_no_channel_is_set_up() -> None:
    result = CliRunner(env={**NEEDED, **REAL}).invoke(main, ["templates", "push"])
    assert result.exit_code == 1
    assert "META_ACCOUNT_ID" in result.output
