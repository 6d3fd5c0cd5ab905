"""What a person says of a proof of payment after looking at it; none of it makes it a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_note
from handoff.outcome import Denied, Done
from models import utc_now
from models.agent import name_of
from models.conversation import Conversation
from models.outbox import hasten
from models.payment_proof import PaymentProof

Verdict = Literal["real", "fraud", "unclear"]
WORDS: Mapping[str, str] = {
    "real": "parece verdadeiro; o pagamento ainda precisa constar",
    "fraud": "fraude",
    "unclear": "não dá para saber",
}
GONE = "Este comprovante não existe mais."
NO_VERDICT = "Escolha o que você viu no comprovante."
READING = "Este comprovante ainda está sendo lido."
KNOWN = "O pagamento deste comprovante já consta: não há o que decidir."
LONGEST = 300


def decide(session: Session, proof_id: int, agent: Attendant, verdict: str, why: str) -> Done | Denied:
    """Writes the verdict down, audited, with a note in its conversation whose id `Done` carries.

    A real one waits for its payment, which is looked for at once; fraud is refused; after unclear anybody may look
    again. The same person's second press is harmless; of two people at once the later one is told who was first.
    """
    wanted = select(PaymentProof).where(PaymentProof.id == proof_id).with_for_update()
    proof = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if proof is None:
        return Denied(GONE)
    if verdict not in get_args(Verdict):
        return Denied(NO_VERDICT)
    if proof.verdict is not None and (proof.verdict != "unclear" or verdict == "unclear"):
        return _known(session, proof, agent, verdict)
    if proof.state not in ("waiting", "unreadable"):
        return Denied(READING if proof.state == "reading" else KNOWN)
    proof.verdict, proof.decided_by, proof.decided_at = verdict, agent.login, utc_now()
    if verdict == "fraud":
        proof.state = "refused"
    elif verdict == "real":
        proof.state = "waiting"
        for chore in ("poll_payments", "poll_charges"):
            hasten(session, chore, 0)
    audit.record(session, agent.login, "proof.decided", f"proof:{proof_id}", verdict=verdict)
    return Done(_note(session, proof, agent, verdict, why))


def _known(session: Session, proof: PaymentProof, agent: Attendant, verdict: str) -> Done | Denied:
    if proof.decided_by == agent.login and proof.verdict == verdict:
        return Done(proof.message_id, repeated=True)
    return Denied(f"{name_of(session, proof.decided_by)} já decidiu: {WORDS[str(proof.verdict)]}.")


def _note(session: Session, proof: PaymentProof, agent: Attendant, verdict: str, why: str) -> int:
    reason = " ".join(why.replace("\x00", "").split())[:LONGEST]
    conversation = session.get_one(Conversation, proof.conversation_id)
    text = f"Comprovante conferido: {WORDS[verdict]}." + (f" {reason}" if reason else "")
    return add_note(session, conversation.id, conversation.channel, text, author=agent.author, payment_proof=proof.id)
