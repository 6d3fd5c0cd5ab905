"""The money's pages in a browser: a day's work done with a thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import a_full_conversation, address, cast, server, sign_in
from tests.e2e.money_scene import a_payment, a_proof, debtors
from tests.integration.console import FILES

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_finance_settles_a_stray_payment_and_judges_a_proof_with_a_thumb(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    debtors(db)
    payment, proof = a_payment(db), a_proof(db, FILES)
    sign_in(phone_page, address, "joana")
    phone_page.get_by_role("link", name="Financeiro").click()
    expect(phone_page.get_by_text("Nenhum acordo espera aprovação.")).to_be_visible()
    phone_page.get_by_role("link", name="Pagamentos").click()
    phone_page.get_by_role("link", name="sem fatura").click()
    phone_page.get_by_label("Fatura ou contrato").fill("1002")
    phone_page.get_by_role("button", name="Procurar").click()
    phone_page.get_by_role("button", name="É desta fatura").first.click()
    expect(phone_page.get_by_text("quitou a fatura")).to_be_visible()
    assert phone_page.url == f"{address}/money/payments/{payment}"
    phone_page.goto(f"{address}/money/proofs/{proof}")
    picture = phone_page.get_by_alt_text("Comprovante enviado por Elisa Prado")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.naturalWidth") == 420
    phone_page.get_by_text("É fraude").click()
    phone_page.get_by_role("button", name="Registrar").click()
    expect(phone_page.locator(".tag", has_text="fraude")).to_be_visible()
    expect(phone_page.get_by_text("Joana Reis")).not_to_have_count(0)


def test_invoice_is_contested_beside_it_in_the_conversation(
    desktop_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    talk = a_full_conversation(db)
    sign_in(desktop_page, address, "karina")
    desktop_page.goto(f"{address}/c/{talk}")
    desktop_page.get_by_role("button", name="contestada").click()
    expect(desktop_page.locator(".tag", has_text="contestada")).to_be_visible()
    expect(desktop_page.get_by_role("button", name="contestada")).to_have_count(0)
