"""Proofs of payment: written down, read, held against what is owed, shown to a person. A proof is never a payment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.e2e_id import ALIKE_FROM, ALIKE_TO
from billing.ports import Erp
from billing.proof_check import Background, flags_of
from billing.proof_reader import PictureReader, words_of
from billing.proof_text import ProofRead, read_proof
from billing.proof_words import note_of
from billing.provider_row import load_provider
from billing.records import Invoice
from core.dates import local_date
from core.db import Database
from core.errors import Failure, Misconfigured, Refused
from core.later import Later
from core.masking import mask_personal_data
from core.media_store import MediaStore
from models import utc_now
from models.alert import raise_alert
from models.attachment import Attachment
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.message import Message
from models.outbox import add_work
from models.payment import Payment
from models.payment_proof import PaymentProof

TOPIC = "read_proof"
ALERT = "proof.reader"
# A file and the words that call it a proof come in either order, and a person types slowly.
BEFORE_THE_WORDS = timedelta(minutes=30)
# Who pays and then sends the proof does so within this.
LATELY = timedelta(days=2)
LOOK_AGAIN_SECONDS = 10.0
KINDS = ("image", "document")


@dataclass(frozen=True)
class ProofDesk:
    """What reading needs. `look` plans, in the given transaction, the next look where payments become known (the ERP,
    the gateway): this one may be among them."""

    db: Database
    erp: Erp
    store: MediaStore
    reader: PictureReader | None
    look: Callable[[Session], None]


def take_proofs(session: Session, conversation_id: int, contract_ref: str) -> int:
    """Writes down the files of the last half hour that are no proof yet, and plans their reading. Returns how many."""
    known = exists().where(PaymentProof.message_id == Message.id)
    files = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.direction == "in", Message.kind.in_(KINDS))
        .where(Message.attachment_id.is_not(None), Message.revoked_at.is_(None), ~known)
        .where(Message.received_at > utc_now() - BEFORE_THE_WORDS)
    )
    proofs = [
        PaymentProof(message_id=message_id, conversation_id=conversation_id, contract_ref=contract_ref or None)
        for message_id in session.scalars(files)
    ]
    session.add_all(proofs)
    session.flush()
    for proof in proofs:
        add_work(session, TOPIC, proof.id)
    return len(proofs)


def read(proof_id: int, *, desk: ProofDesk) -> None:
    """Reads the proof once its file is here, has the payment looked for, and leaves a note for the person who has the
    conversation. May be called again, and killed at any line: one note is written."""
    found = _found(desk.db, proof_id)
    if found is None:
        return
    contract_refs, attachment = found
    words, problem = _words(desk, attachment)
    proof = read_proof(words.text) if words else ProofRead()
    invoices = _invoices(desk.erp, contract_refs)
    provider = load_provider(desk.db)
    today = local_date(utc_now(), provider.timezone)
    with desk.db.transaction() as session:
        row = session.get_one(PaymentProof, proof_id, with_for_update=True)
        if row.state != "reading":
            return
        row.sha256, row.e2e_id = attachment.sha256, proof.e2e_id
        background = Background(
            provider,
            invoices or (),
            today,
            words.software if words else "",
            bool(words and words.changed_after),
            _used_before(session, row, bool(invoices)),
        )
        flags = [flag for flag in flags_of(proof, background) if not (flag == "other_amount" and invoices is None)]
        _write(session, row, proof, flags if words else [], problem)
        desk.look(session)


def confirm(session: Session, payment: Payment) -> None:
    """The payment became known: proofs that wait for it need no person any more."""
    # What is not known of the payment compares with nothing.
    same = (PaymentProof.contract_ref == payment.contract_ref) & (PaymentProof.amount_cents == payment.amount_cents)
    session.execute(
        update(PaymentProof)
        .where(PaymentProof.state == "waiting", or_(same, _look_alike(PaymentProof.e2e_id, payment.e2e_id or "")))
        .values(
            state="confirmed",
            decided_by=func.coalesce(PaymentProof.decided_by, "payment"),
            decided_at=func.coalesce(PaymentProof.decided_at, utc_now()),
        )
    )


def _found(db: Database, proof_id: int) -> tuple[tuple[str, ...], Attachment] | None:
    """The contracts that it may pay, and its file; None when it was read before. Raises Later until it is here."""
    with db.transaction() as session:
        row = session.get(PaymentProof, proof_id)
        if row is None or row.state != "reading":
            return None
        attachment = session.scalars(
            select(Attachment).join(Message, Message.attachment_id == Attachment.id).where(Message.id == row.message_id)
        ).one()
        conversation = session.get_one(Conversation, row.conversation_id)
        customer_ref = session.get_one(Contact, conversation.contact_id).customer_ref
        refs = _contracts_of(session, row.contract_ref or conversation.contract_ref, customer_ref)
        session.expunge(attachment)
    if attachment.state == "wanted":
        raise Later(LOOK_AGAIN_SECONDS, "the file is not here yet")
    return refs, attachment


def _contracts_of(session: Session, contract_ref: str | None, customer_ref: str | None) -> tuple[str, ...]:
    if contract_ref:
        return (contract_ref,)
    mine = select(Contract.ref).join(Customer, Customer.id == Contract.customer_id)
    return tuple(session.scalars(mine.where(Customer.ref == (customer_ref or "")).order_by(Contract.id)))


def _words(desk: ProofDesk, attachment: Attachment) -> tuple[Any, str]:
    """The words, or None and why there are none."""
    if attachment.state != "here":
        return None, "proof_gone"
    try:
        data = desk.store.get(str(attachment.stored_as))
        return words_of(data, attachment.mime_type, desk.reader), ""
    except Refused as failure:
        return None, failure.code
    except Misconfigured as failure:
        with desk.db.transaction() as session:
            text = f"Comprovantes não estão sendo lidos: confira PROOF_READER ({failure.detail or failure.code})"
            raise_alert(session, ALERT, "", text)
        return None, failure.code


def _invoices(erp: Erp, contract_refs: tuple[str, ...]) -> tuple[Invoice, ...] | None:
    """What is open; None where nobody can say."""
    try:
        return tuple(invoice for ref in contract_refs for invoice in erp.open_invoices(ref))
    except Failure:
        return None


def _used_before(session: Session, row: PaymentProof, owes: bool) -> bool:
    """The same file or id in another conversation, or in this one for another contract; or its payment is known as
    another contract's, or has been for so long that it is not for what the contract still `owes`."""
    other = PaymentProof.id != row.id
    elsewhere = or_(PaymentProof.conversation_id != row.conversation_id, PaymentProof.contract_ref != row.contract_ref)
    same = [PaymentProof.sha256 == row.sha256] if row.sha256 else []
    same += [_look_alike(PaymentProof.e2e_id, row.e2e_id)] if row.e2e_id else []
    if same and session.scalar(select(exists().where(other, elsewhere, or_(*same)))):
        return True
    if not (row.e2e_id and row.contract_ref):
        return False
    spent = Payment.contract_ref != row.contract_ref
    if owes:
        spent = or_(spent, Payment.paid_at < utc_now() - LATELY)
    return bool(session.scalar(select(exists().where(_look_alike(Payment.e2e_id, row.e2e_id), spent))))


def _look_alike(column: InstrumentedAttribute[str | None], e2e_id: str) -> ColumnElement[bool]:
    """Whether both are one id to a camera: an l and a 1 of it cannot be told apart."""
    seen = [func.translate(func.lower(id_), ALIKE_FROM, ALIKE_TO) for id_ in (column, e2e_id)]
    return seen[0] == seen[1]


def _write(session: Session, row: PaymentProof, proof: ProofRead, flags: list[Any], problem: str) -> None:
    row.state = "unreadable" if problem else "waiting"
    row.amount_cents, row.paid_on, row.payee = proof.amount_cents, proof.paid_on, proof.payee
    row.flags = list(flags)
    row.read = {
        "problem": problem,
        **{name: str(value) for name, value in asdict(proof).items() if value not in (None, "", False)},
    }
    payment = _payment(session, row)
    # Of a proof that was used before, the payment is known for something else: a person looks at it all the same.
    if payment is not None and "used_before" not in flags:
        confirm(session, payment)
        session.refresh(row, ["state"])
    conversation = session.get_one(Conversation, row.conversation_id)
    note = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction="note",
        author="system",
        status="received",
        text=mask_personal_data(note_of(proof, flags, problem, known=payment is not None)),
        payload={"payment_proof": row.id},
    )
    session.add(note)


def _payment(session: Session, row: PaymentProof) -> Payment | None:
    """The payment that this proof is of, if it is known: by its id, or by contract, amount and day."""
    if row.e2e_id:
        by_id = session.scalars(select(Payment).where(_look_alike(Payment.e2e_id, row.e2e_id)).limit(1)).first()
        if by_id:
            return by_id
    if not (row.contract_ref and row.amount_cents and row.paid_on):
        return None
    lately = Payment.paid_at > utc_now() - LATELY
    mine = select(Payment).where(Payment.contract_ref == row.contract_ref, Payment.amount_cents == row.amount_cents)
    return session.scalars(mine.where(lately, Payment.state == "settled").limit(1)).first()
