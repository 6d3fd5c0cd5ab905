"""Customers' files on the console's page in a real browser: pictures appear, recordings play, nothing is cut off."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.db import Database
from models.attachment import Attachment
from models.message import Message
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import cut_off, too_faint
from tests.integration.console import FILES
from tests.integration.desk import a_conversation

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def a_picture(form: str, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, form)
    return buffer.getvalue()


def a_tone(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        steps = range(int(8000 * seconds))
        sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(step / 3))) for step in steps))
    return buffer.getvalue()


def say(db: Database, conversation_id: int, kind: str, file: Attachment, **more: object) -> None:
    with db.transaction() as session:
        session.add(file)
        session.flush()
        message = {"channel": "meta", "direction": "in", "kind": kind, "attachment_id": file.id, **more}
        session.add(Message(conversation_id=conversation_id, **message))


def here(data: bytes, mime_type: str, filename: str) -> Attachment:
    key = FILES.put(data)
    return Attachment(
        filename=filename, mime_type=mime_type, sha256=key[3:], size=len(data), state="here", stored_as=key
    )


def absent(state: str, error: str | None = None) -> Attachment:
    return Attachment(filename="", mime_type="image/jpeg", state=state, error=error, origin={"id": "1"})


def a_conversation_with_files(db: Database) -> int:
    id_ = a_conversation(db, name="Elisa Prado", said="olha a foto do modem")
    say(db, id_, "image", here(a_picture("JPEG", (1200, 900)), "image/jpeg", "modem.jpg"), text="luz vermelha")
    say(db, id_, "sticker", here(a_picture("WEBP", (512, 512)), "image/webp", "figurinha.webp"))
    heard = {"transcript": "minha internet caiu desde ontem à noite", "transcript_confidence": 0.82}
    say(db, id_, "audio", here(a_tone(20), "audio/wav", "audio.wav"), **heard)
    long = "comprovante-de-pagamento-da-fatura-de-novembro-de-2026-" * 2
    say(db, id_, "document", here(b"%PDF-1.7", "application/pdf", f"{long}.pdf"))
    say(db, id_, "document", here(b"MZ\x90", "application/x-executable", "boleto.exe"))
    for file in (absent("wanted"), absent("lost", "media_gone"), absent("expired")):
        say(db, id_, "image", file)
    return id_


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_files_fit_and_are_readable(
    desktop_page: Page, phone_page: Page, address: str, db: Database, tmp_path: Path, scheme: str
) -> None:
    id_ = a_conversation_with_files(db)
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(page, address, "karina")
        page.goto(f"{address}/c/{id_}")
        page.locator("img.picture").scroll_into_view_if_needed()
        for picture in page.locator(".thread img").all():
            expect(picture).not_to_have_js_property("naturalWidth", 0)
        page.screenshot(path=tmp_path / f"files-{name}-{scheme}.png")
        page.locator(".file").nth(1).scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"players-{name}-{scheme}.png")
        page.locator(".absent").last.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"absent-{name}-{scheme}.png")
        assert not cut_off(page), name
        assert not too_faint(page), name


def test_recording_plays_and_jumps(desktop_page: Page, address: str, db: Database) -> None:
    id_ = a_conversation_with_files(db)
    sign_in(desktop_page, address, "karina")
    desktop_page.goto(f"{address}/c/{id_}")
    player = desktop_page.locator("audio")
    length = player.evaluate(
        """(one) => new Promise((done, failed) => {
          one.addEventListener("loadedmetadata", () => done(one.duration));
          one.addEventListener("error", () => failed(one.error.message));
          one.preload = "metadata"; one.load();
        })"""
    )
    assert length == pytest.approx(20)
    assert player.evaluate(
        """(one) => new Promise((done) => {
          one.addEventListener("seeked", () => done(one.currentTime));
          one.currentTime = 15;
        })"""
    ) == pytest.approx(15)


def test_lost_file_is_asked_for_again_by_its_button(desktop_page: Page, address: str, db: Database) -> None:
    id_ = a_conversation_with_files(db)
    sign_in(desktop_page, address, "karina")
    desktop_page.goto(f"{address}/c/{id_}")
    expect(desktop_page.get_by_text("não tem mais este arquivo")).to_be_visible()
    desktop_page.get_by_role("button", name="Tentar de novo").click()
    expect(desktop_page.get_by_text("Baixando o arquivo…")).to_have_count(2)
