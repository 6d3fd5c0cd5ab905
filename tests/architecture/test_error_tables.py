"""docs/whatsapp-errors.md says what the channels do with each error code, and every code means one thing."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from click.testing import CliRunner

from cli_channels import errors_command
from tests.architecture.tree import text
from webhooks.channels.errors import MEANS, REPEATING, STOPPING, Do
from webhooks.failed import ACTS, QUIET
from webhooks.remedies import TABLES


def test_page_is_what_the_tables_say() -> None:
    assert text("docs/whatsapp-errors.md") == CliRunner().invoke(errors_command).output


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_code_stands_in_one_entry(name: str) -> None:
    codes = Counter(number for entry in TABLES[name].entries for number in entry.numbers())
    assert [code for code, times in codes.items() if times > 1] == []


def test_every_action_is_told_and_what_is_done_has_its_function() -> None:
    actions = set(get_args(Do))
    assert set(MEANS) == actions
    # What only fails has none.
    assert actions - set(ACTS) == {"drop", "identity", "ignore", "refused"}
    assert actions >= STOPPING | REPEATING | QUIET


def test_tables_are_named_as_in_rows() -> None:
    assert {table.prefix for table in TABLES.values()} == {"graph_", "twilio_"}
