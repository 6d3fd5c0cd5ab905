"""A real Chromium for tests that look at pages: fixtures for one browser and for pages of two widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

# The one without a screen takes half of the processor's time; where only the other is there, it serves as well.
CHROMIUM = next(
    (path for path in map(Path, ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")) if path.exists()), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Other tests use the same processors meanwhile: what takes long is not wrong.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the run; without Debian's Chromium the tests are skipped."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is here: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def _page(browser: Browser, context: BrowserContext) -> Iterator[Page]:
    # Nothing but loopback: a page that asks for anything else is a page with a bug.
    outside: list[str] = []
    wrong: list[str] = []

    def only_loopback(url: str) -> bool:
        return not url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:"))

    context.on("request", lambda request: outside.append(request.url) if only_loopback(request.url) else None)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
    assert not outside, f"the page asked for {outside}"
    assert not wrong, f"the page's script failed: {wrong}"


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a phone (390 px), with touch."""
    yield from _page(
        browser,
        browser.new_context(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            locale="pt-BR",
        ),
    )


@pytest.fixture
def desktop_page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a laptop (1280 px)."""
    yield from _page(browser, browser.new_context(viewport={"width": 1280, "height": 800}, locale="pt-BR"))
