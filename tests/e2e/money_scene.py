"""Money worth looking at, for the console's tests: agreements, held invoices, proofs, payments and a comparison."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image, ImageDraw

from core.db import Database
from core.media_store import MediaStore
from models import utc_now
from models.attachment import Attachment
from models.audit import Audit
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.invoice import Invoice
from models.message import Message
from models.negotiation import Negotiation
from models.payment import Payment
from models.payment_proof import PaymentProof
from models.reconciliation import Reconciliation
from tests.integration.desk import a_conversation

PEOPLE = {
    "ana": ("Ana Souza", "52998224725"),
    "bruno": ("Bruno Lima", "11144477735"),
    "elisa": ("Elisa Prado", "27634019100"),
}
SHOWN = "*Acordo*\nDívida de R$ 239,80\nDesconto de R$ 23,98\n3 parcelas:\n05/12: R$ 71,96\n05/01 e 05/02: R$ 71,93"
TERMS: dict[str, Any] = {
    "policy": "até 3x com 10%",
    "discount_cents": 2398,
    "instalments": [
        {"due": "2026-12-05", "amount_cents": 7196},
        {"due": "2027-01-05", "amount_cents": 7193},
        {"due": "2027-02-05", "amount_cents": 7193},
    ],
}


def debtors(db: Database) -> None:
    """Ana, Bruno and Elisa with a contract each (`c-ana`…) and two open invoices (`ana-1`, `ana-2`…) of R$ 119,90."""
    today = utc_now().date()
    with db.transaction() as session:
        for place, (ref, (name, document)) in enumerate(PEOPLE.items()):
            customer = Customer(ref=ref, name=name, document=document, document_kind="cpf")
            session.add(customer)
            session.flush()
            contract = Contract(
                ref=f"c-{ref}",
                customer_id=customer.id,
                number=f"100{place}",
                plan="Fibra 500 Mega",
                monthly_fee_cents=11990,
                address=f"Rua da Serra, {place + 1}, Sul",
                pppoe_login=f"{ref}.fibra",
            )
            session.add(contract)
            session.flush()
            for number, days in ((1, 40), (2, 10)):
                session.add(
                    Invoice(
                        ref=f"{ref}-{number}",
                        contract_id=contract.id,
                        number=f"F-{ref.upper()}-{number}",
                        amount_cents=11990,
                        due_date=today - timedelta(days=days),
                    )
                )


def an_agreement(db: Database, *, of: str = "ana", state: str = "accepted", **more: Any) -> int:
    """What the customer accepted in a conversation of Financeiro; its id."""
    talk = a_conversation(db, name=PEOPLE[of][0], said="quero parcelar", queue="Financeiro", contract_ref=f"c-{of}")
    return _added(
        db,
        Negotiation(
            contract_ref=f"c-{of}",
            conversation_id=talk,
            state=state,
            debt_cents=23980,
            invoice_refs=[f"{of}-1", f"{of}-2"],
            terms=TERMS,
            shown_text=SHOWN,
            accepted_text="sim, aceito",
            **more,
        ),
    )


def a_disputed_invoice(db: Database, ref: str = "bruno-1", *, days_ago: int = 27, by: str = "joana") -> int:
    """Held as contested since then; its id."""
    with db.transaction() as session:
        row = session.query(Invoice).filter_by(ref=ref).one()
        row.hold, row.held_at = "disputed", utc_now() - timedelta(days=days_ago)
        session.add(Audit(actor=by, action="invoice.held", subject=f"invoice:{ref}", detail={"kind": "disputed"}))
        return row.id


def a_receipt() -> bytes:
    """The picture of a Pix receipt."""
    picture = Image.new("RGB", (420, 620), "white")
    pen = ImageDraw.Draw(picture)
    lines = ("Comprovante de Pix", "", "R$ 119,90", "26/11/2026 15:30", "", "Para", "Conecta Vale Telecom LTDA")
    for number, line in enumerate(lines):
        pen.text((30, 40 + 60 * number), line, fill="black", font_size=26)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def a_proof(db: Database, kept: MediaStore, *, of: str = "elisa", queue: str = "N1", **more: Any) -> int:
    """Sent in a conversation that waits in N1, read, waiting for a person; its id."""
    talk = a_conversation(db, name=PEOPLE[of][0], said="segue o comprovante", queue=queue)
    data = a_receipt()
    key = kept.put(data)
    with db.transaction() as session:
        session.get_one(Contact, session.get_one(Conversation, talk).contact_id).customer_ref = of
        file = Attachment(
            filename="comprovante.png",
            mime_type="image/png",
            origin={"id": "1"},
            state="here",
            stored_as=key,
            sha256=key[3:],
            size=len(data),
            expires_at=utc_now() + timedelta(days=1),
        )
        session.add(file)
        session.flush()
        message = Message(
            conversation_id=talk, channel="whatsapp", direction="in", kind="image", text="", attachment_id=file.id
        )
        session.add(message)
        session.flush()
        usual: dict[str, Any] = {
            "state": "waiting",
            "contract_ref": f"c-{of}",
            "amount_cents": 11990,
            "paid_on": date(2026, 11, 26),
            "payee": "Padaria Real LTDA",
            "e2e_id": "E00416968202611261530aB3dE5gH7jK",
            "flags": ["wrong_payee", "edited"],
        }
        row = PaymentProof(message_id=message.id, conversation_id=talk, **(usual | more))
        session.add(row)
        session.flush()
        return row.id


def a_payment(db: Database, state: str = "unmatched", **more: Any) -> int:
    """Told by the gateway; its id."""
    usual: dict[str, Any] = {
        "source": "asaas",
        "external_id": f"pay_{utc_now().timestamp()}",
        "amount_cents": 11990,
        "method": "pix",
        "paid_at": utc_now() - timedelta(hours=3),
    }
    return _added(db, Payment(state=state, **(usual | more)))


def comparisons(db: Database, *findings: tuple[str, str]) -> int:
    """A night on which all agreed and one on which it did not, as `findings` (kind, subject) say; the latter's id."""
    now = utc_now()
    night = now - timedelta(days=1)
    _added(db, Reconciliation(began_at=night, ended_at=night, contracts=1840))
    found = [{"kind": kind, "subject": subject} for kind, subject in findings]
    return _added(db, Reconciliation(began_at=now, ended_at=now, contracts=1841, findings=found))


def _added(db: Database, row: Any) -> int:
    with db.transaction() as session:
        session.add(row)
        session.flush()
        number: int = row.id
        return number


def all_of_it(db: Database, kept: MediaStore) -> dict[str, int]:
    """One of each, by name."""
    debtors(db)
    unmatched = a_payment(db, e2e_id="E00416968202611261102zZ9")
    a_payment(db, "settled", contract_ref="c-ana", invoice_ref="ana-0", detail={"late_days": 3})
    a_payment(db, "doubled", contract_ref="c-bruno", invoice_ref="bruno-0", method="boleto")
    return {
        "agreement": an_agreement(db),
        "active": an_agreement(db, of="bruno", state="active", decided_by="joana", decided_at=utc_now()),
        "disputed": a_disputed_invoice(db),
        "proof": a_proof(db, kept),
        "unread": a_proof(
            db,
            kept,
            of="ana",
            state="unreadable",
            read={"problem": "proof_unreadable"},
            amount_cents=None,
            paid_on=None,
            payee=None,
            e2e_id=None,
            flags=[],
        ),
        "unmatched": unmatched,
        "run": comparisons(
            db, ("paid_but_blocked", "c-ana"), ("blocked_but_paid", "c-bruno"), ("payment_unmatched", str(unmatched))
        ),
    }
