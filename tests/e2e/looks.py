"""How a page looks in a real browser: what is cut off, what scrolls sideways, what is too faint to read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def cut_off(page: Page) -> list[str]:
    """What a person could press and that lies outside the window's width."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, summary")]
          .filter((node) => node.checkVisibility() && !node.closest(".skip, .modes"))
          .map((node) => [node.getBoundingClientRect(), node.textContent.trim() || node.id])
          .filter(([box]) => box.width && (box.left < -1 || box.right > innerWidth + 1))
          .map(([, name]) => name)"""
    )
    return found


def scrolls_sideways(page: Page) -> bool:
    # Not innerWidth: a phone zooms out from what is too wide.
    wide: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    return wide


def too_faint(page: Page) -> list[str]:
    """Visible texts whose contrast with what is behind them is below WCAG's AA."""
    found: list[str] = page.evaluate(CONTRAST)
    return [line for line in found if not re.match(r"^\W*$", line)]


def all_fit_and_are_readable(page: Page, address: str, paths: Mapping[str, str], pictures: Path, name: str) -> None:
    """Opens each path, pictures it under its name and `name`, and fails where something is cut off or too faint."""
    for shot, path in paths.items():
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.ok, (shot, answer.status)
        page.screenshot(path=pictures / f"{shot}-{name}.png", full_page=True)
        assert not cut_off(page), (shot, name)
        assert not scrolls_sideways(page), (shot, name)
        assert not too_faint(page), (shot, name)
