"""Ready answers, macros and files for the tests of writing, built in one line each."""

from __future__ import annotations

import io

from PIL import Image

from core.db import Database
from handoff.access import Attendant
from handoff.outcome import Done
from handoff.writing.canned import CannedForm, save_canned
from handoff.writing.files import SendableFile
from handoff.writing.macros import MacroForm, save_macro


def a_png(side: int = 40, colour: str = "#0b6e63") -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def a_canned(
    db: Database,
    karina: Attendant,
    shortcut: str = "oi",
    text: str = "Olá, {{cliente}}! Sou {{atendente}}.",
    *,
    queues: tuple[str, ...] = (),
    file: SendableFile | None = None,
    active: bool = True,
) -> int:
    """A ready answer; its id."""
    with db.transaction() as session:
        form = CannedForm(shortcut, f"Título de {shortcut}", text, queues, active, file)
        done = save_canned(session, karina, form, None)
        assert isinstance(done, Done), done
        return done.message_id


def a_macro(
    db: Database, karina: Attendant, steps: str, *, title: str = "Lentidão", queues: tuple[str, ...] = ()
) -> int:
    """A macro; its id."""
    with db.transaction() as session:
        done = save_macro(session, karina, MacroForm(title, steps, queues), None)
        assert isinstance(done, Done), done
        return done.message_id
