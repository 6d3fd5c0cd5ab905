"""Customers' files: wanted with their message, fetched once, checked, kept under their digest, or lost in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.db import Database
from core.errors import Misconfigured, Unreachable
from core.later import Later
from core.media_store import MediaStore, key_of
from models import utc_now
from models.alert import Alert
from models.attachment import Attachment
from tests.integration.doors import bring, rows
from tests.integration.media_rows import (
    JPEG,
    KEEP,
    OGG,
    Source,
    a_desk,
    arrive,
    folder,
    media,
    open_work,
    the_file,
)
from tests.unit.webhooks.payloads import meta, text, value
from webhooks.channels.ports import Fetched
from webhooks.fetch_media import MEGABYTE, fetch_media


@pytest.fixture
def kept(tmp_path: Path) -> MediaStore:
    return folder(tmp_path / "midia")


def holding(data: bytes = JPEG, *, media_id: str = "111", **more: str) -> Source:
    return Source({media_id: Fetched(data, **more)})  # type: ignore[arg-type]


def test_message_with_a_file_stands_with_the_duty_to_fetch_it(db: Database) -> None:
    (message,) = arrive(db, media(filename="foto.jpg", caption="olha"))
    file = the_file(db)
    assert (message.attachment_id, message.kind, message.text) == (file.id, "image", "olha")
    assert (file.state, file.filename, file.mime_type, file.size) == ("wanted", "foto.jpg", "image/jpeg", 0)
    assert file.origin["id"] == "111"
    assert [row.ref_id for row in open_work(db, "fetch_media")] == [file.id]
    assert open_work(db, "transcribe") == []


def test_repeated_delivery_wants_the_file_once(db: Database) -> None:
    message = media()
    body = meta(value([message]))
    bring(db, body, body)
    bring(db, meta(value([message, text()])))
    assert the_file(db).state == "wanted"
    assert len(open_work(db, "fetch_media")) == 1


def test_name_of_a_file_brings_no_folder_and_nothing_invisible(db: Database) -> None:
    arrive(db, media("document", filename="../../etc/\u202efdp.exe\x07" + "a" * 300 + ".pdf"))
    name = the_file(db).filename
    assert "/" not in name
    assert name.isprintable()
    assert name.endswith(".pdf")
    assert len(name) <= 120


def test_file_is_brought_and_kept_under_its_digest(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    fetch_media(the_file(db).id, desk=a_desk(db, holding(), kept))
    file = the_file(db)
    assert (file.state, file.error, file.stored_as, file.size) == ("here", None, key_of(JPEG), len(JPEG))
    assert (file.mime_type, file.filename) == ("image/jpeg", "imagem.jpg")
    assert file.expires_at is not None
    assert abs(file.expires_at - utc_now() - KEEP) < timedelta(minutes=1)
    assert kept.get(key_of(JPEG)) == JPEG


def test_file_that_is_here_is_not_fetched_again(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    source = holding()
    for _ in range(2):
        fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
    assert len(source.asked) == 1


def test_worker_killed_between_storing_and_writing_does_it_again(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    kept.put(JPEG)
    with db.transaction() as session:
        session.execute(update(Attachment).values(stored_as=key_of(JPEG)))
    fetch_media(the_file(db).id, desk=a_desk(db, holding(), kept))
    assert the_file(db).state == "here"


def test_two_workers_at_once_bring_it_once(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    number = the_file(db).id
    other = holding()
    source = holding()
    source.meanwhile = lambda: fetch_media(number, desk=a_desk(db, other, kept))
    fetch_media(number, desk=a_desk(db, source, kept))
    assert the_file(db).state == "here"


def test_type_is_what_the_bytes_are_whatever_was_claimed(db: Database, kept: MediaStore) -> None:
    page = b"<html><script>alert(1)</script></html>"
    arrive(db, media(data=page, mime_type="image/png", filename="foto.png"))
    fetch_media(the_file(db).id, desk=a_desk(db, holding(page, mime_type="image/png"), kept))
    assert the_file(db).mime_type == "text/html"


@pytest.mark.parametrize("form", [str.lower, str.upper])
def test_digest_in_hexadecimal_is_understood(db: Database, kept: MediaStore, form: Callable[[str], str]) -> None:
    arrive(db, media(sha256=form(key_of(JPEG)[3:])))
    fetch_media(the_file(db).id, desk=a_desk(db, holding(), kept))
    assert the_file(db).state == "here"


def test_other_bytes_than_promised_are_asked_for_again_and_then_refused(db: Database, kept: MediaStore) -> None:
    arrive(db, media(data=JPEG))
    desk = a_desk(db, holding(JPEG + b"!"), kept)
    with pytest.raises(Unreachable, match="media_hash_mismatch"):
        fetch_media(the_file(db).id, desk=desk)
    assert (the_file(db).state, the_file(db).error) == ("wanted", "media_hash_mismatch")
    fetch_media(the_file(db).id, desk=desk)
    assert (the_file(db).state, the_file(db).error) == ("refused", "media_hash_mismatch")
    assert not kept.exists(key_of(JPEG + b"!"))


def test_file_larger_than_the_limit_is_refused(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    fetch_media(the_file(db).id, desk=a_desk(db, holding(), kept, most_bytes=100))
    assert (the_file(db).state, the_file(db).error) == ("refused", "media_too_large")


def test_sticker_has_a_limit_of_its_own(db: Database, kept: MediaStore) -> None:
    large = JPEG + b"\x00" * MEGABYTE
    arrive(db, media("sticker", data=large))
    fetch_media(the_file(db).id, desk=a_desk(db, holding(large), kept))
    assert (the_file(db).state, the_file(db).error) == ("refused", "media_too_large")


def test_file_that_the_channel_no_longer_has_is_lost(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    fetch_media(the_file(db).id, desk=a_desk(db, Source(), kept))
    assert (the_file(db).state, the_file(db).error) == ("lost", "media_gone")


def test_channel_that_does_not_answer_is_asked_again_at_growing_intervals(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    source = holding()
    waits = []
    for age in (timedelta(), timedelta(minutes=10), timedelta(days=2)):
        with db.transaction() as session:
            session.execute(update(Attachment).values(created_at=utc_now() - age))
        source.failures = [Unreachable("graph_131000")]
        with pytest.raises(Unreachable) as raised:
            fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
        waits.append(raised.value.retry_after)
    assert waits[0] == 2
    assert 299 < (waits[1] or 0) < 310
    assert waits[2] == 3600
    assert (the_file(db).state, the_file(db).error) == ("wanted", "graph_131000")
    fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
    assert (the_file(db).state, the_file(db).error) == ("here", None)


def test_file_that_did_not_come_for_a_week_is_lost(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    with db.transaction() as session:
        session.execute(update(Attachment).values(created_at=utc_now() - timedelta(days=7, minutes=1)))
    source = Source(failures=[Unreachable("connection_failed")])
    fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
    assert (the_file(db).state, the_file(db).error) == ("lost", "connection_failed")


def test_wrong_token_loses_nothing_and_alerts_until_it_works(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    source = holding()
    source.failures = [Misconfigured("graph_190"), Misconfigured("graph_190")]
    for _ in range(2):
        with pytest.raises(Unreachable):
            fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
    assert the_file(db).state == "wanted"
    (alert,) = rows(db, Alert, Alert.ended_at.is_(None))
    assert (alert.kind, alert.subject, alert.times) == ("media.fetch", "meta", 2)
    fetch_media(the_file(db).id, desk=a_desk(db, source, kept))
    assert rows(db, Alert, Alert.ended_at.is_(None)) == []


def test_channel_that_is_not_configured_waits(db: Database, kept: MediaStore) -> None:
    arrive(db, media())
    desk = a_desk(db, holding(), kept)
    with pytest.raises(Later):
        fetch_media(the_file(db).id, desk=type(desk)(db, {}, kept, 1, KEEP))


def test_same_file_from_two_messages_is_one_object(db: Database, kept: MediaStore, tmp_path: Path) -> None:
    arrive(db, media(media_id="111", data=OGG), media(media_id="222", data=OGG))
    desk = a_desk(db, Source({"111": Fetched(OGG), "222": Fetched(OGG)}), kept)
    for file in rows(db, Attachment):
        fetch_media(file.id, desk=desk)
    assert {file.stored_as for file in rows(db, Attachment)} == {key_of(OGG)}
    assert len([path for path in (tmp_path / "midia").rglob("*") if path.is_file()]) == 1
