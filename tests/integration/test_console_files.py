"""Customers' files in the console: shown, played in parts, saved, or said in words; every look written down once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.db import Database
from core.errors import Unreachable
from core.media_store import MediaStore, key_of
from models import utc_now
from models.attachment import Attachment
from models.message import Message
from models.outbox import add_work
from tests.integration.console import FILES, Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, the_cast
from tests.integration.doors import rows
from tests.integration.media_rows import JPEG, OGG, open_work

ORIGIN = {"id": "111"}


@pytest.fixture
def helena(db: Database) -> Person:
    a_provider(db)
    the_cast(db)
    return Person(console_app(db), "helena")


def a_file(db: Database, conversation_id: int, *, data: bytes = b"", kind: str = "image", **more: object) -> int:
    """A customer's message with a file; its id."""
    usual: dict[str, object] = {"filename": "", "mime_type": "image/jpeg", "origin": ORIGIN, "state": "wanted"}
    if data:
        key = FILES.put(data)
        usual |= {"state": "here", "stored_as": key, "sha256": key[3:], "size": len(data), "expires_at": utc_now()}
    with db.transaction() as session:
        file = Attachment(**{**usual, **more})
        session.add(file)
        session.flush()
        message = Message(
            conversation_id=conversation_id, channel="meta", direction="in", kind=kind, attachment_id=file.id
        )
        session.add(message)
        session.flush()
        return message.id


def state(db: Database) -> Attachment:
    with db.transaction() as session:
        return session.scalars(select(Attachment)).one()


def test_picture_of_a_customer_comes_from_the_store(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, data=JPEG, filename="modem.jpg")
    page = helena.get(f"/console/c/{id_}").text
    assert f'src="/console/c/{id_}/files/{message}" alt="Imagem de Cliente: modem.jpg"' in page
    shown = helena.get(f"/console/c/{id_}/files/{message}")
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/jpeg", JPEG)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_recording_has_a_player_that_may_ask_for_parts(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, data=OGG, kind="audio", mime_type="audio/ogg", filename="audio.ogg")
    page = helena.get(f"/console/c/{id_}")
    assert "<audio" in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]
    part = helena.get(f"/console/c/{id_}/files/{message}", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.mimetype, part.data) == (206, "audio/ogg", OGG[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(OGG)}"


def test_many_requests_of_one_look_are_one_row(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    first, second = (a_file(db, id_, data=data) for data in (JPEG, OGG))
    for _ in range(3):
        helena.get(f"/console/c/{id_}/files/{first}")
    helena.get(f"/console/c/{id_}/files/{second}")
    assert audited(db, "attachment.viewed") == [("helena", f"conversation:{id_}")] * 2


@pytest.mark.parametrize("mime_type", ["text/html", "image/svg+xml", "application/octet-stream", "application/pdf"])
def test_what_a_browser_could_run_is_only_saved(helena: Person, db: Database, mime_type: str) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, data=b"<script>1</script>", kind="document", mime_type=mime_type, filename="f.html")
    answer = helena.get(f"/console/c/{id_}/files/{message}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype in {"application/octet-stream", "application/pdf"}
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "<img" not in helena.get(f"/console/c/{id_}").text.partition('role="log"')[2]


@pytest.mark.parametrize(
    ("values", "words", "retry"),
    [
        ({"state": "wanted"}, "Baixando o arquivo", False),
        ({"state": "wanted", "error": "media_store"}, "ainda não baixado: o armazenamento não respondeu", True),
        ({"state": "refused", "error": "media_too_large"}, "não pôde ser baixado: é grande demais", True),
        ({"state": "lost", "error": "media_gone"}, "o WhatsApp não tem mais este arquivo", True),
        ({"state": "lost", "error": "graph_1"}, "não entregou o arquivo (graph_1)", True),
        ({"state": "expired"}, "o prazo de guarda terminou", False),
    ],
)
def test_file_that_is_not_here_is_told_in_words(
    helena: Person, db: Database, values: dict[str, object], words: str, retry: bool
) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, **values)  # type: ignore[arg-type]
    page = helena.get(f"/console/c/{id_}").text
    assert words in page
    assert "Imagem" in page
    assert (f"files/{message}/retry" in page) is retry
    assert helena.get(f"/console/c/{id_}/files/{message}").status_code == 404
    assert audited(db, "attachment.viewed") == []


def test_program_of_a_customer_is_warned_of(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    a_file(db, id_, data=b"MZ", kind="document", mime_type="application/x-executable", filename="boleto.exe")
    assert "É um programa" in helena.get(f"/console/c/{id_}").text


def test_lost_file_is_asked_for_again_on_demand_and_written_down(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, state="lost", error="media_gone")
    for _ in range(2):
        assert helena.post(f"/console/c/{id_}/files/{message}/retry").status_code == 303
    assert (state(db).state, state(db).error) == ("wanted", None)
    assert [row.ref_id for row in open_work(db, "fetch_media")] == [state(db).id]
    assert audited(db, "attachment.retried")[0] == ("helena", f"conversation:{id_}")


def test_file_that_waits_for_its_next_try_is_asked_for_at_once(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, error="media_store")
    with db.transaction() as session:
        add_work(session, "fetch_media", state(db).id, after_seconds=3000)
    helena.post(f"/console/c/{id_}/files/{message}/retry")
    (row,) = open_work(db, "fetch_media")
    assert row.run_after <= utc_now()


def test_expired_file_is_not_asked_for_again(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, state="expired", origin={})
    helena.post(f"/console/c/{id_}/files/{message}/retry")
    assert state(db).state == "expired"
    assert open_work(db, "fetch_media") == []


def test_file_of_other_queues_is_neither_seen_nor_asked_for(helena: Person, db: Database) -> None:
    other = a_conversation(db, queue="Financeiro")
    message = a_file(db, other, state="lost", error="media_gone")
    assert helena.get(f"/console/c/{other}/files/{message}").status_code == 403
    assert helena.post(f"/console/c/{other}/files/{message}/retry").status_code == 403
    assert state(db).state == "lost"


@pytest.mark.parametrize(
    ("transcript", "confidence", "words"),
    [
        ("minha internet caiu", 0.823, ("transcrição automática, confiança", "minha internet caiu")),
        ("", 0.0, ("nenhuma palavra foi entendida",)),
    ],
)
def test_what_was_heard_stands_below_the_recording(
    helena: Person, db: Database, transcript: str, confidence: float, words: tuple[str, ...]
) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, data=OGG, kind="audio", mime_type="audio/ogg")
    heard = {"transcript": transcript, "transcript_confidence": confidence}
    with db.transaction() as session:
        session.execute(update(Message).where(Message.id == message).values(**heard))
    page = helena.get(f"/console/c/{id_}").text
    assert all(part in page for part in words)


def test_store_that_does_not_answer_is_said(db: Database) -> None:
    a_provider(db)
    the_cast(db)

    class Away(MediaStore):
        def open(self, key: str) -> object:  # type: ignore[override]
            raise Unreachable("media_store")

    app: Flask = console_app(db, kept=Away(FILES._connect))
    id_ = a_conversation(db)
    message = a_file(db, id_, data=JPEG)
    answer = Person(app, "helena").get(f"/console/c/{id_}/files/{message}")
    assert answer.status_code == 503
    assert "não responde" in answer.text


def test_object_that_vanished_is_no_fault_of_the_page(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    message = a_file(db, id_, data=JPEG + b"vanishing")
    FILES.delete(key_of(JPEG + b"vanishing"))
    assert helena.get(f"/console/c/{id_}/files/{message}").status_code == 404
    assert len(rows(db, Attachment)) == 1
