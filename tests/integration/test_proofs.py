"""A proof of payment: read for the person, held against what is owed, never believed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.proofs import ProofDesk, confirm, read, take_proofs
from billing.provider_row import load_provider
from core.dates import format_date, local_date
from core.db import Database
from core.later import Later
from core.media_store import MediaStore
from models import utc_now
from models.contact import Contact
from models.message import Message
from models.payment import Payment
from models.payment_proof import PaymentProof
from tests.integration.billing_rows import bruno_blocked
from tests.integration.doors import rows
from tests.integration.media_rows import Source, a_desk, arrive, folder, media
from tests.unit.billing.build import an_invoice
from webhooks.channels.ports import Fetched
from webhooks.fetch_media import fetch_media

E2E = "E00416968{day}1530aB3dE5gH7jK"


class Reader:
    """A PictureReader that reads what it is told to."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, picture: Image.Image) -> str:
        return self.text


def lines(amount: str = "119,90", payee: str = "Conecta Vale Telecom LTDA") -> list[str]:
    today = local_date(utc_now(), "America/Sao_Paulo")
    return [
        "Comprovante de Pix",
        f"Valor R$ {amount}",
        f"Data {format_date(today)}",
        f"Para: {payee}",
        f"ID {E2E.format(day=today.strftime('%Y%m%d'))}",
    ]


def a_pdf(path: Path, written: list[str]) -> bytes:
    canvas = Canvas(str(path / "proof.pdf"), invariant=True)
    for number, line in enumerate(written):
        canvas.drawString(50, 800 - 20 * number, line)
    canvas.save()
    return (path / "proof.pdf").read_bytes()


@pytest.fixture
def kept(tmp_path: Path) -> MediaStore:
    return folder(tmp_path / "media")


def sent(db: Database, kept: MediaStore, data: bytes, kind: str = "document", media_id: str = "111") -> int:
    """Bruno, who owes 119.90, sends the file and calls it a proof; the proof's id."""
    arrived = arrive(db, media(kind, media_id, data, **({"filename": "c.pdf"} if kind == "document" else {})))[-1]
    fetch_media(int(arrived.attachment_id or 0), desk=a_desk(db, Source({media_id: Fetched(data)}), kept))
    with db.transaction() as session:
        for contact in session.scalars(select(Contact)):
            contact.customer_ref = "bruno"
        assert take_proofs(session, arrived.conversation_id, "c-1002") == 1
        assert take_proofs(session, arrived.conversation_id, "c-1002") == 0
    return int(rows(db, PaymentProof)[-1].id)


def read_it(db: Database, kept: MediaStore, proof_id: int, reader: Reader | None = None) -> tuple[PaymentProof, str]:
    """The proof after two readings, and its only note."""
    looked: list[Session] = []
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    for _ in range(2):
        read(proof_id, desk=ProofDesk(db, erp, kept, reader, looked.append))
    assert len(looked) == 1
    (proof,) = rows(db, PaymentProof, PaymentProof.id == proof_id)
    notes = [n.text for n in rows(db, Message, Message.direction == "note") if n.payload == {"payment_proof": proof_id}]
    (note,) = notes
    return proof, note


def test_a_pdf_that_fits_waits_for_its_payment_and_is_no_payment(
    db: Database, kept: MediaStore, tmp_path: Path
) -> None:
    bruno_blocked(db, an_invoice())
    proof, note = read_it(db, kept, sent(db, kept, a_pdf(tmp_path, lines())))
    assert (proof.state, proof.amount_cents, proof.flags) == ("waiting", 11990, [])
    assert "R$ 119,90" in note
    assert "não consta" in note
    assert rows(db, Payment) == []


def test_what_does_not_fit_is_told_to_the_person(db: Database, kept: MediaStore, tmp_path: Path) -> None:
    bruno_blocked(db, an_invoice())
    proof, note = read_it(db, kept, sent(db, kept, a_pdf(tmp_path, lines("15,00", "Maria Souza"))))
    assert set(proof.flags) == {"wrong_payee", "other_amount"}
    assert "Atenção" in note


def test_a_picture_is_read_by_the_engine_or_said_to_be_unread(db: Database, kept: MediaStore, tmp_path: Path) -> None:
    bruno_blocked(db, an_invoice())
    Image.new("RGB", (200, 400), "white").save(tmp_path / "p.png")
    picture = (tmp_path / "p.png").read_bytes()
    proof, note = read_it(db, kept, sent(db, kept, picture, "image"), Reader("\n".join(lines())))
    assert (proof.state, proof.amount_cents) == ("waiting", 11990)
    proof, note = read_it(db, kept, sent(db, kept, picture + b"\0", "image", "222"))
    assert proof.state == "unreadable"
    assert "PROOF_READER" in note


def test_a_broken_file_is_unreadable(db: Database, kept: MediaStore) -> None:
    bruno_blocked(db, an_invoice())
    proof, note = read_it(db, kept, sent(db, kept, b"%PDF-1.4 e mais nada"))
    assert proof.state == "unreadable"
    assert "danificado" in note


def test_the_same_proof_in_another_conversation_was_used_before(db: Database, kept: MediaStore, tmp_path: Path) -> None:
    bruno_blocked(db, an_invoice())
    first = sent(db, kept, a_pdf(tmp_path, lines()))
    read_it(db, kept, first)
    with db.transaction() as session:
        session.get_one(PaymentProof, first).contract_ref = "c-9"
    proof, _ = read_it(db, kept, sent(db, kept, a_pdf(tmp_path, [*lines(), " "]), media_id="222"))
    assert proof.flags == ["used_before"]


def test_a_photograph_of_a_used_proof_is_known_although_an_l_was_read_as_a_one(
    db: Database, kept: MediaStore, tmp_path: Path
) -> None:
    bruno_blocked(db, an_invoice())
    first = sent(db, kept, a_pdf(tmp_path, [*lines()[:-1], "E18236120202611221530s0O1lI5S8B2"]))
    read_it(db, kept, first)
    with db.transaction() as session:
        session.get_one(PaymentProof, first).contract_ref = "c-9"
    again = a_pdf(tmp_path, [*lines()[:-1], "E18236120202611221530s0O1115S8B2"])
    proof, _ = read_it(db, kept, sent(db, kept, again, media_id="222"))
    assert "used_before" in proof.flags


def test_a_known_payment_confirms_the_proof_before_and_after(db: Database, kept: MediaStore, tmp_path: Path) -> None:
    bruno_blocked(db, an_invoice())
    waiting = sent(db, kept, a_pdf(tmp_path, lines()))
    read_it(db, kept, waiting)
    with db.transaction() as session:
        payment = Payment(
            source="t",
            external_id="1",
            contract_ref="c-1002",
            amount_cents=11990,
            state="settled",
            paid_at=utc_now(),
        )
        session.add(payment)
        session.flush()
        confirm(session, payment)
    assert [proof.state for proof in rows(db, PaymentProof)] == ["confirmed"]
    proof, note = read_it(db, kept, sent(db, kept, a_pdf(tmp_path, [*lines(), " "]), media_id="222"))
    assert proof.state == "confirmed"
    assert "já consta" in note


@pytest.mark.parametrize(("contract", "days"), [("c-9", 0), ("c-1002", 20)])
def test_a_proof_whose_payment_paid_something_else_is_left_to_a_person(
    db: Database, kept: MediaStore, tmp_path: Path, contract: str, days: int
) -> None:
    """Of another contract's payment, or of the month before with the same amount."""
    bruno_blocked(db, an_invoice())
    written = lines()
    with db.transaction() as session:
        session.add(
            Payment(
                source="t",
                external_id="1",
                contract_ref=contract,
                amount_cents=11990,
                state="settled",
                e2e_id=written[-1].removeprefix("ID "),
                paid_at=utc_now() - timedelta(days=days),
            )
        )
    proof, note = read_it(db, kept, sent(db, kept, a_pdf(tmp_path, written)))
    assert (proof.state, proof.flags) == ("waiting", ["used_before"])
    assert "não vale outra vez" in note
    assert "confirmado" not in note


def test_a_file_that_is_on_its_way_is_waited_for(db: Database, kept: MediaStore) -> None:
    bruno_blocked(db, an_invoice())
    arrived = arrive(db, media())[-1]
    with db.transaction() as session:
        take_proofs(session, arrived.conversation_id, "")
    (proof,) = rows(db, PaymentProof)
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    with pytest.raises(Later):
        read(proof.id, desk=ProofDesk(db, erp, kept, None, lambda _: None))
