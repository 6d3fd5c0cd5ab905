"""Customers' files go when their time is over, and never while another message needs the same bytes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from core.db import Database
from core.errors import Unreachable
from core.later import Later
from core.media_store import MediaStore, key_of
from models import utc_now
from models.attachment import Attachment
from tests.integration.doors import rows
from tests.integration.media_rows import JPEG, OGG, Source, a_desk, arrive, folder, media, the_file
from webhooks.channels.ports import Fetched
from webhooks.expire_media import expire_media
from webhooks.fetch_media import fetch_media


@pytest.fixture
def kept(tmp_path: Path) -> MediaStore:
    return folder(tmp_path / "midia")


def bring(db: Database, kept: MediaStore, *files: tuple[str, bytes]) -> list[int]:
    """Files by media id, fetched; their rows' ids."""
    before = {file.id for file in rows(db, Attachment)}
    arrive(db, *(media(media_id=name, data=data) for name, data in files))
    ids = [file.id for file in rows(db, Attachment) if file.id not in before]
    desk = a_desk(db, Source({name: Fetched(data) for name, data in files}), kept)
    for number in ids:
        fetch_media(number, desk=desk)
    return ids


def let_expire(db: Database, *ids: int) -> None:
    with db.transaction() as session:
        session.execute(
            update(Attachment).where(Attachment.id.in_(ids)).values(expires_at=utc_now() - timedelta(seconds=1))
        )


class Failing(MediaStore):
    """A store that does not answer when asked to delete."""

    def delete(self, key: str) -> None:
        raise Unreachable("media_store")


def test_file_whose_time_is_over_is_deleted_and_its_row_says_so(db: Database, kept: MediaStore) -> None:
    old, new = bring(db, kept, ("1", JPEG), ("2", OGG))
    let_expire(db, old)
    expire_media(0, db=db, store=kept)
    first, second = rows(db, Attachment)
    assert (first.id, first.state, first.stored_as, first.origin) == (old, "expired", None, {})
    assert (second.id, second.state) == (new, "here")
    assert not kept.exists(key_of(JPEG))
    assert kept.exists(key_of(OGG))
    expire_media(0, db=db, store=kept)


def test_bytes_that_another_message_needs_stay_until_the_last_goes(db: Database, kept: MediaStore) -> None:
    first, second = bring(db, kept, ("1", JPEG), ("2", JPEG))
    let_expire(db, first)
    expire_media(0, db=db, store=kept)
    assert kept.exists(key_of(JPEG))
    assert [file.state for file in rows(db, Attachment)] == ["expired", "here"]
    let_expire(db, second)
    expire_media(0, db=db, store=kept)
    assert not kept.exists(key_of(JPEG))


def test_store_that_fails_is_asked_again_and_nothing_is_forgotten(
    db: Database, kept: MediaStore, tmp_path: Path
) -> None:
    let_expire(db, *bring(db, kept, ("1", JPEG)))
    with pytest.raises(Unreachable):
        expire_media(0, db=db, store=Failing(kept._connect))
    assert (the_file(db).state, the_file(db).stored_as) == ("expired", key_of(JPEG))
    expire_media(0, db=db, store=kept)
    assert the_file(db).stored_as is None
    assert not kept.exists(key_of(JPEG))


def test_same_file_arriving_while_it_is_deleted_waits_for_that(db: Database, kept: MediaStore) -> None:
    let_expire(db, *bring(db, kept, ("1", JPEG)))
    with pytest.raises(Unreachable):
        expire_media(0, db=db, store=Failing(kept._connect))
    with pytest.raises(Later):
        bring(db, kept, ("2", JPEG))
    expire_media(0, db=db, store=kept)
    (waiting,) = rows(db, Attachment, Attachment.state == "wanted")
    fetch_media(waiting.id, desk=a_desk(db, Source({"2": Fetched(JPEG)}), kept))
    assert kept.get(key_of(JPEG)) == JPEG


def test_file_that_is_just_arriving_is_not_deleted_with_an_older_one(db: Database, kept: MediaStore) -> None:
    (old,) = bring(db, kept, ("1", JPEG))
    arrive(db, media(media_id="2"))
    (waiting,) = rows(db, Attachment, Attachment.state == "wanted")

    class Slow(MediaStore):
        def put(self, data: bytes) -> str:
            key = super().put(data)
            let_expire(db, old)
            expire_media(0, db=db, store=kept)
            return key

    fetch_media(waiting.id, desk=a_desk(db, Source({"2": Fetched(JPEG)}), Slow(kept._connect)))
    assert [file.state for file in rows(db, Attachment)] == ["expired", "here"]
    assert kept.get(key_of(JPEG)) == JPEG


def test_documents_of_ours_do_not_expire(db: Database, kept: MediaStore) -> None:
    with db.transaction() as session:
        session.add(Attachment(filename="boleto.pdf", mime_type="application/pdf", sha256="", size=3, data=b"pdf"))
    expire_media(0, db=db, store=kept)
    assert the_file(db).state == "here"
