"""Customers' files without a channel: a source that answers as told, and the rows behind a message with a file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from obstore.store import LocalStore

from core.db import Database
from core.errors import Failure, Refused
from core.media_store import MediaStore
from models.attachment import Attachment
from models.message import Message
from models.outbox import Outbox
from nlu.transcription import Transcript
from tests.integration.doors import TERMS, rows, store
from tests.unit.webhooks.payloads import meta, text, value
from webhooks.channels.ports import Fetched, MediaRef
from webhooks.fetch_media import MEGABYTE, MediaDesk
from webhooks.intake import take_in
from webhooks.transcribe import Hearing

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x01" * 500
OGG = b"OggS\x00\x02" + b"\x02" * 500
KEEP = timedelta(days=180)


@dataclass
class Source:
    """A MediaSource: what it holds by id, and the failures that come first."""

    files: dict[str, Fetched] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    asked: list[MediaRef] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def fetch(self, ref: MediaRef, *, limit: int) -> Fetched:
        self.asked.append(ref)
        self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)
        if ref.id not in self.files:
            raise Refused("media_gone")
        return self.files[ref.id]


@dataclass
class Ear:
    """A Transcriber that hears what it is told to."""

    words: str = "minha internet caiu"
    failures: list[Exception] = field(default_factory=list)
    heard: list[tuple[bytes, str, str]] = field(default_factory=list)

    def transcribe(self, data: bytes, mime_type: str, language: str) -> Transcript:
        self.heard.append((data, mime_type, language))
        if self.failures:
            raise self.failures.pop(0)
        return Transcript(self.words, 0.8 if self.words else 0.0, 3.0, language)


def folder(path: Path) -> MediaStore:
    """A store in a folder of the test."""
    path.mkdir(exist_ok=True)
    return MediaStore(lambda: LocalStore(path))


def a_desk(db: Database, source: Source, kept: MediaStore, *, most_bytes: int = 100 * MEGABYTE) -> MediaDesk:
    return MediaDesk(db, {"meta": source}, kept, most_bytes, KEEP)


def a_hearing(db: Database, kept: MediaStore, ear: Ear | None, *, debounce: float = 0) -> Hearing:
    return Hearing(db, kept, ear, "pt", timedelta(seconds=debounce))


def media(kind: str = "image", media_id: str = "111", data: bytes = JPEG, **more: Any) -> dict[str, Any]:
    """A message with a file, as Meta writes it."""
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    part = {"id": media_id, "mime_type": "image/jpeg", "sha256": digest, **more}
    message = text()
    del message["text"]
    return {**message, "type": kind, kind: part}


def arrive(db: Database, *messages: dict[str, Any], transcribes: bool = False) -> list[Message]:
    """The messages come through the door, in one body; all inbound rows."""
    for event_id in store(db, meta(value(list(messages)))):
        take_in(event_id, db=db, terms=replace(TERMS, transcribes=transcribes))
    return rows(db, Message, Message.direction == "in")


def the_file(db: Database) -> Attachment:
    """The only attachment."""
    (found,) = rows(db, Attachment)
    assert isinstance(found, Attachment)
    return found


def open_work(db: Database, topic: str) -> list[Outbox]:
    return rows(db, Outbox, Outbox.topic == topic, Outbox.done_at.is_(None))
