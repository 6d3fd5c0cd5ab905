"""The import of the customer base in a browser: sent, looked at, written with a second click, on any screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from core.db import Database
from handoff.access import Attendant
from models.import_run import ImportRun
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import cut_off, scrolls_sideways, too_faint
from tests.integration.import_files import a_base
from tests.integration.test_console_import import work

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser

WRONG = "".join(f"12345678{n:03d};Ana;\n" for n in range(60))
GOOD = "11144477735;Bruno Lima e Silva;12 98111-0003;\n85739201659;Fábio;;\n"
FILE = f"cpf;nome;celular;observação do vendedor\n{GOOD}{WRONG}"


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_file_is_sent_looked_at_and_written_with_a_second_click(
    request: pytest.FixtureRequest,
    screen: str,
    address: str,
    cast: dict[str, Attendant],
    db: Database,
    tmp_path: Path,
) -> None:
    page: Page = request.getfixturevalue(f"{screen}_page")
    a_base(db, tmp_path)
    sign_in(page, address, "karina")

    def looks(name: str) -> None:
        page.screenshot(path=tmp_path / f"{name}-{screen}.png", full_page=True)
        assert not cut_off(page), name
        assert not too_faint(page), name
        assert not scrolls_sideways(page), name

    page.goto(f"{address}/money/imports")
    looks("form")
    sent = {"name": "clientes-de-novembro.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.set_input_files("#file-customers", sent)  # type: ignore[arg-type]
    page.get_by_role("button", name="Conferir arquivos").click()
    expect(page.get_by_text("Conferindo, nada é gravado")).to_be_visible()
    work(db)
    expect(page.get_by_role("button", name="Gravar 2 linhas")).to_be_visible()
    looks("preview")
    with page.expect_download() as download:
        page.get_by_role("link", name="Baixar todas as recusadas").click()
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 61
    page.get_by_role("button", name="Gravar 2 linhas").click()
    expect(page.get_by_text("Gravando", exact=True)).to_be_visible()
    with db.transaction() as session:
        session.execute(update(ImportRun).where(ImportRun.state == "asked").values(bytes_read=600))
    page.reload()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", str(100 * 600 // len(FILE.encode())))
    looks("writing")
    work(db)
    expect(page.get_by_text("Gravada por")).to_be_visible()
    looks("done")
    page.goto(f"{address}/money/imports")
    looks("list")
