"""One browser for all tests that look at pages: Playwright allows a single one per run."""

from __future__ import annotations

from tests.e2e.browser import browser, desktop_page, phone_page

__all__ = ["browser", "desktop_page", "phone_page"]
