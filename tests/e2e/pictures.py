"""`python -m tests.e2e.pictures [page ...]` takes the pictures of the console for the docs, over the tests' scene."""

from __future__ import annotations

import io
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

import migrations
from core.db import Database, make_engine
from handoff.console import STREAMS
from stores import EmbeddedPostgres, start
from tests.conftest import FAST, ROOT
from tests.e2e.browser import ARGUMENTS, CHROMIUM
from tests.e2e.console_scene import sign_in
from tests.e2e.everything import everything
from tests.integration.console import console_app
from tests.integration.desk import a_provider, the_cast
from wiring_desk import sentences_of

FOLDER = ROOT / "docs" / "images" / "console"
COLOURS = 128
DESKTOP = (
    *("list", "conversation", "mine", "offers", "search", "mentions", "board", "reports", "review"),
    *("canned", "macros", "templates", "knowledge", "article", "article-form"),
    *("agreements", "agreement", "disputes", "proofs", "proof", "payments", "payment", "comparison", "imports"),
    *("network", "lines", "incidents", "incident", "jobs", "job", "batch", "devices", "device", "onus"),
    *("system", "integrations", "endpoint", "account", "people", "person", "roles", "role", "queues", "queue"),
    *("calendars", "calendar", "promises", "promise", "policies", "policy", "texts", "text", "audit"),
)
PHONE = ("list", "conversation", "customer", "board", "network", "proof", "onus")
DARK = ("list", "conversation", "board", "network")


def main(only: Sequence[str] = ()) -> None:
    """Overwrites the pictures (of those pages alone, if any are named): wide, some on a phone, some in the dark."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _console() as (address, pages), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        desktop, phone = _page(browser, address, 1440, 900), _page(browser, address, 390, 844)
        for page, names, suffix in ((desktop, DESKTOP, ""), (phone, PHONE, "-phone")):
            for name in filter(lambda name: not only or name in only, names):
                page.goto(f"{address}{pages[name]}")
                _picture(page, f"{name}{suffix}")
        for name in filter(lambda name: not only or name in only, DARK):
            desktop.emulate_media(color_scheme="dark")
            desktop.goto(f"{address}{pages[name]}")
            _picture(desktop, f"{name}-dark")
        browser.close()


@contextmanager
def _console() -> Iterator[tuple[str, dict[str, str]]]:
    """The console over a database with everything, and its pages' addresses; both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="religa-pictures-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres", settings=FAST)
        postgres.prepare()
        process = start(postgres.command())
        try:
            postgres.wait_ready(lambda: process.poll() is None)
            postgres.ensure_database("religa_pictures")
            migrations.upgrade(postgres.url("religa_pictures"))
            engine = make_engine(postgres.url("religa_pictures"))
            db = Database(engine)
            a_provider(db)
            pages = everything(db, the_cast(db))
            app = console_app(db, sentences=sentences_of())
            server = make_server("127.0.0.1", 0, app, threaded=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/console", pages
            app.extensions[STREAMS].close()
            server.shutdown()
            thread.join()
            engine.dispose()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _page(browser: Browser, address: str, width: int, height: int) -> Page:
    phone = width < 900
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="pt-BR", is_mobile=phone, has_touch=phone
    )
    page = context.new_page()
    sign_in(page, address, "admin")
    return page


def _picture(page: Page, name: str) -> None:
    """As a file of few colours: a page has no more, and the documentation stays small."""
    page.wait_for_timeout(300)
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / f"{name}.png"
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path.relative_to(ROOT), path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
