"""How a page looks in a real browser: what is cut off, what scrolls sideways, what is too faint, and what axe says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
THUMB = 40
"""How high, in CSS pixels, what is pressed on a phone has to be."""


def cut_off(page: Page) -> list[str]:
    """What a person could press and that lies outside the page's width, but for what scrolls in a box of its own."""
    # Not innerWidth: a phone zooms out from what is too wide, and then all of it lies inside.
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, select, summary")]
          .filter((node) => node.checkVisibility() && !node.closest(".skip, .modes"))
          .filter((node) => {
            for (let box = node.parentElement; box; box = box.parentElement)
              if (box.scrollWidth > box.clientWidth && ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
                return false;
            return true;
          })
          .map((node) => [node.getBoundingClientRect(), node.textContent.trim().slice(0, 40) || node.id])
          .filter(([box]) => box.width && (box.left < -1 || box.right > document.documentElement.clientWidth + 1))
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


def too_small(page: Page) -> list[str]:
    """Buttons, fields and entries of menus that are too low for a thumb; links inside of a text may be."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll("button, .button, select, summary, nav a, [type=search]")]
          .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          .map((node) => [node.getBoundingClientRect(), node])
          .filter(([box]) => box.width > 1 && box.height < least)
          .map(([box, node]) => [Math.round(box.height) + "px", node.className, node.textContent.trim() || node.id])
          .map((words) => words.join(" ").slice(0, 60))""",
        THUMB,
    )
    return found


def violations(page: Page) -> list[str]:
    """What axe holds against the page, each with where."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def open_all(page: Page) -> None:
    """Opens what is folded on the page, but for menus, of which one at a time is open."""
    page.evaluate("for (const box of document.querySelectorAll('main details:not(.menu)')) box.open = true")


def faults(page: Page, path: str, *, thumb: bool = False) -> list[str]:
    """What is wrong with the page at that address, in light and dark: as it opens, and with all that is folded open.

    Axe takes the longest, and knows colours in one of its rules alone: it looks once, in the dark for a thumb.
    """
    page.emulate_media(color_scheme="light")
    page.goto(path)
    wrong = [*cut_off(page), *["scrolls sideways"] * scrolls_sideways(page)]
    open_all(page)
    wrong += [*cut_off(page), *["scrolls sideways, unfolded"] * scrolls_sideways(page)]
    wrong += [*too_faint(page), *(too_small(page) if thumb else violations(page))]
    page.emulate_media(color_scheme="dark")
    wrong += [f"dark: {one}" for one in (*too_faint(page), *(violations(page) if thumb else ()))]
    return list(dict.fromkeys(wrong))


def all_fit_and_are_readable(
    page: Page, address: str, paths: Mapping[str, str], *, thumb: bool = False
) -> dict[str, list[str]]:
    """What is wrong with each of the pages, by its name; empty where all is well."""
    found = {shot: faults(page, f"{address}{path}", thumb=thumb) for shot, path in paths.items()}
    return {shot: wrong for shot, wrong in found.items() if wrong}
