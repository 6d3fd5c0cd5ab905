"""What all black-box tests share: one browser (Playwright allows a single one per run), one server that understands."""

from __future__ import annotations

from tests.e2e.browser import browser, desktop_page, phone_page
from tests.integration.nlu_server import nlu_url

__all__ = ["browser", "desktop_page", "nlu_url", "phone_page"]
