"""The bar of an import: on a terminal it goes forward to the end, and nowhere else is it seen."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from billing.importing.kinds import kinds
from billing.importing.run import BATCH, Import, run_import
from billing.importing.table import survey
from core.db import Database
from tests.conftest import ROOT
from tests.integration.import_files import a_base, many_invoices

BAD = range(200, 200 + 37 * 263, 263)
Command = Callable[[Path], list[str]]


@pytest.fixture
def command(db: Database, database_url: str, tmp_path: Path) -> Command:
    """The import of a file of invoices as it is typed, over a base that knows their contracts."""
    a_base(db, tmp_path)
    typed = [sys.executable, "cli.py", "import", "invoices", "--apply", "--database-url", database_url]
    return lambda path: [*typed, str(path)]


def on_a_terminal(command: list[str]) -> tuple[str, str]:
    """What the command told, and what it drew on a terminal of its own."""
    ours, its = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stdin=its, stdout=subprocess.PIPE, stderr=its) as process:
        os.close(its)
        drawn = b"".join(iter(lambda: _read(ours), b""))
        told = process.communicate()[0]
    os.close(ours)
    assert process.returncode == 0, drawn.decode()
    return told.decode(), drawn.decode()


def _read(terminal: int) -> bytes:
    """What is there next; nothing once nobody writes there any more, which Linux tells as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_import_of_ten_thousand_lines_draws_a_bar_that_goes_forward_to_its_end(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "faturas.csv"
    many_invoices(path, 10_000, BAD)
    told, drawn = on_a_terminal(command(path))
    shown = [int(percent) for percent in re.findall(r"(\d+)%", drawn)]
    assert shown == sorted(shown)
    assert (shown[0], shown[-1]) == (0, 100)
    assert len(set(shown)) >= 10_000 // BATCH
    assert drawn.lstrip("\x1b[?25l\r").startswith(kinds()["invoices"].title)
    assert "9963 novos, 0 mudados, 0 iguais, 37 recusados" in told
    assert "%" not in told
    assert (tmp_path / "faturas.csv.recusadas.csv").read_text(encoding="utf-8-sig").count("\n") == 38


def test_import_draws_no_bar_where_nobody_watches(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "faturas.csv"
    many_invoices(path, 10, ())
    done = CliRunner().invoke(cli.main, command(path)[2:])
    assert done.stdout == "faturas: 10 novos, 0 mudados, 0 iguais, 0 recusados.\nGravado.\n"
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_import_tells_how_far_it_is_in_bytes_of_the_file(db: Database, tmp_path: Path, encoding: str) -> None:
    a_base(db, tmp_path)
    path = tmp_path / "faturas.csv"
    many_invoices(path, 2 * BATCH, ())
    path.write_text(path.read_text(encoding="cp1252"), encoding=encoding)
    found, heard = survey(path), list[int]()
    run_import(Import(db, kinds()["invoices"], path, found, "karina", False, heard.append, lambda refusal: None))
    assert 45 <= 100 * heard[0] // found.size <= 55
    assert heard[1:] == [found.size, found.size]
