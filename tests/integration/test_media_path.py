"""A file's whole way with the simulated WhatsApp: from a customer's phone through the webhook to the media store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import Database
from core.errors import Unreachable
from core.http import make_session
from core.media_store import MediaStore
from models.message import Message
from tests.integration.doors import bring, rows
from tests.integration.media_rows import JPEG, KEEP, OGG, folder, the_file
from tests.unit.webhooks.simulator.standin import ANA, TOKEN, StandIn, standing_in, wait_until
from webhooks.channels.meta_media import MetaMedia
from webhooks.fetch_media import MEGABYTE, MediaDesk, fetch_media


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> MediaStore:
    return folder(tmp_path / "midia")


def a_desk(db: Database, product: StandIn, kept: MediaStore) -> MediaDesk:
    graph = f"{product.base_url}/simulator/graph"
    source = MetaMedia(make_session(), graph_url=graph, version="v24.0", access_token=TOKEN)
    return MediaDesk(db, {"meta": source}, kept, 100 * MEGABYTE, KEEP)


def send(db: Database, product: StandIn, name: str, data: bytes, mime_type: str, **form: str) -> Message:
    """Sends a file from Ana's phone and takes its webhook in."""
    url = f"{product.base_url}/simulator/api/chats/{ANA}/files"
    answer = product.session.post(url, data=form, files={"file": (name, data, mime_type)}, timeout=20)
    assert answer.status_code == 200, answer.text
    wait_until(lambda: bool(product.values("messages")))
    bring(db, *product.bodies)
    (message,) = rows(db, Message)
    assert isinstance(message, Message)
    return message


@pytest.mark.parametrize(
    ("name", "data", "mime_type", "kind"),
    [
        ("foto.jpg", JPEG, "image/jpeg", "image"),
        ("audio.ogg", OGG, "audio/ogg", "audio"),
        ("comprovante.pdf", b"%PDF-1.7\n" + b"x" * 200, "application/pdf", "document"),
    ],
)
def test_what_a_customer_sent_is_what_is_kept(
    db: Database, product: StandIn, kept: MediaStore, name: str, data: bytes, mime_type: str, kind: str
) -> None:
    message = send(db, product, name, data, mime_type)
    assert message.kind == kind
    fetch_media(the_file(db).id, desk=a_desk(db, product, kept))
    file = the_file(db)
    assert (file.state, file.mime_type, file.size) == ("here", mime_type, len(data))
    assert kept.get(str(file.stored_as)) == data


def test_graph_that_fails_first_gives_the_file_later(db: Database, product: StandIn, kept: MediaStore) -> None:
    send(db, product, "foto.jpg", JPEG, "image/jpeg")
    wanted = {"mode": "500", "next": 1, "on": "media"}
    product.session.post(f"{product.base_url}/simulator/control", json=wanted, timeout=10)
    desk = a_desk(db, product, kept)
    with pytest.raises(Unreachable):
        fetch_media(the_file(db).id, desk=desk)
    assert the_file(db).state == "wanted"
    fetch_media(the_file(db).id, desk=desk)
    assert the_file(db).state == "here"
