"""`python -m tests.e2e.pictures`: starts the demo, lets some customers write, and pictures the console's pages."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import ARGUMENTS, CHROMIUM
from tests.e2e.system import ROOT, System, running_system

FOLDER = ROOT / "docs" / "images" / "console"
WROTE = {
    "5512981110001": ["oi, minha internet cai toda noite", "quero falar com um atendente"],
    "5512981110002": ["manda o boleto", "quero falar com uma pessoa"],
    "5512981110003": ["quero parcelar o que devo", "falar com atendente"],
    "5512981110006": ["a internet está lenta demais", "atendente por favor"],
}
PAGES = {
    "admin": {
        "board": "board",
        "reports": "reports",
        "knowledge": "knowledge",
        "canned": "respostas",
        "macros": "macros",
        "mentions": "mencoes",
        "finance": "money/payments",
        "imports": "money/imports",
        "network": "network",
        "review": "review",
        "templates": "templates",
        "integrations": "integrations",
        "people": "admin/people",
        "queues": "admin/queues",
        "calendars": "admin/calendars",
        "promises": "admin/promises",
        "policies": "admin/policies",
        "texts": "admin/texts",
        "roles": "admin/roles",
        "audit": "admin/audit",
        "account": "account",
        "system": "system",
    }
}


def main() -> None:
    """Overwrites the pictures: each page as wide as a desktop; the list and a conversation as on a phone, too."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_system("", {"NLU_URL": ""}, simulator=True) as system, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="pt-BR")
        for wa_id, texts in WROTE.items():
            phone.goto(f"{system.base_url}/simulator/#{wa_id}")
            phone.reload()
            for text in texts:
                phone.get_by_role("textbox", name="Mensagem").fill(text)
                phone.keyboard.press("Enter")
                phone.wait_for_timeout(4000)
        for width, height, suffix in ((1280, 800, ""), (390, 844, "-phone")):
            page = browser.new_page(viewport={"width": width, "height": height}, locale="pt-BR")
            _sign_in(page, system)
            page.goto(f"{system.base_url}/console/")
            _picture(page, f"list{suffix}")
            page.locator("a.row").first.click()
            page.wait_for_timeout(1000)
            if page.get_by_role("button", name="Assumir").count():
                page.get_by_role("button", name="Assumir").click()
            page.get_by_label("Mensagem", exact=True).fill("Olá! Já estou olhando.")
            page.keyboard.press("Enter")
            _picture(page, f"conversation{suffix}")
            for name, where in PAGES["admin"].items() if not suffix else ():
                page.goto(f"{system.base_url}/console/{where}")
                _picture(page, name)
        browser.close()


def _sign_in(page: Page, system: System) -> None:
    page.goto(f"{system.base_url}/console/login")
    page.get_by_label("Usuário").fill("admin")
    page.get_by_label("Senha").fill(system.demo_password())
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_timeout(1000)


def _picture(page: Page, name: str) -> None:
    page.wait_for_timeout(1500)
    path: Path = FOLDER / f"{name}.png"
    page.screenshot(path=str(path))
    print(path.relative_to(ROOT), "404" if "Não encontramos" in page.title() else "")


if __name__ == "__main__":
    main()
