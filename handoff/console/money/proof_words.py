"""A proof of payment as the pages show it: what was read, what is strange, where it stands, who decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.proof_words import FLAGS, PROBLEMS
from core.dates import format_date
from core.money import format_brl
from handoff.console.money.debtors import Debtor, debtors
from handoff.console.network.jobs import names_of
from handoff.console.ports import House
from handoff.console.wording import moment, without_documents
from models.contact import Contact
from models.conversation import Conversation
from models.payment_proof import PaymentProof

GROUPS = (WAITING, UNPAID, READING, DECIDED) = ("Esperam uma pessoa", "Esperam o pagamento", "Sendo lidos", "Decididos")


@dataclass(frozen=True)
class Proof:
    """A proof in words. `group` is where the list shows it."""

    id: int
    conversation_id: int
    message_id: int
    who: str
    contract: str
    when: str
    amount: str
    paid_on: str
    payee: str
    e2e_id: str
    flags: tuple[str, ...]
    problem: str
    group: str
    state_text: str
    mark: str
    decided: str
    open: bool


def proofs_of(session: Session, rows: list[PaymentProof], place: House, now: datetime) -> list[Proof]:
    """The proofs in words, in the order of the rows."""
    ids = {row.conversation_id for row in rows}
    wanted = select(Conversation.id, Contact.profile_name).join(Contact, Contact.id == Conversation.contact_id)
    people = {found[0]: found[1] for found in session.execute(wanted.where(Conversation.id.in_(ids)))}
    known, names = debtors(session, (row.contract_ref for row in rows)), names_of(session)
    return [_proof(row, known, people, names, place, now) for row in rows]


def _proof(
    row: PaymentProof,
    known: Mapping[str, Debtor],
    people: Mapping[int, str],
    names: Mapping[str, str],
    place: House,
    now: datetime,
) -> Proof:
    debtor = known.get(row.contract_ref or "")
    group, mark, words = _standing(row)
    problem = str(row.read.get("problem") or "")
    return Proof(
        id=row.id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        who=debtor.name if debtor else people.get(row.conversation_id) or "Contato sem nome",
        contract=debtor.number if debtor else row.contract_ref or "",
        when=moment(row.created_at, now, place.zone),
        amount=format_brl(row.amount_cents) if row.amount_cents else "",
        paid_on=format_date(row.paid_on) if row.paid_on else "",
        payee=without_documents(row.payee or ""),
        e2e_id=row.e2e_id or "",
        flags=tuple(FLAGS.get(flag, flag) for flag in row.flags),
        problem=PROBLEMS.get(problem, problem),
        group=group,
        state_text=words,
        mark=mark,
        decided=_decided(row, names, place, now),
        open=group == WAITING,
    )


def _standing(row: PaymentProof) -> tuple[str, str, str]:
    """(group, CSS word, words)."""
    if row.state == "reading":
        return READING, "", "sendo lido"
    if row.state == "confirmed":
        return DECIDED, "tag-good", "pagamento consta"
    if row.verdict == "fraud" or row.state == "refused":
        return DECIDED, "tag-bad", "fraude"
    if row.verdict == "real":
        return UNPAID, "tag-wait", "parece verdadeiro: espera o pagamento"
    if row.verdict == "unclear":
        return WAITING, "tag-wait", "sem conclusão: outra pessoa pode olhar"
    return WAITING, "tag-wait", "não lido" if row.state == "unreadable" else "a conferir"


def _decided(row: PaymentProof, names: Mapping[str, str], place: House, now: datetime) -> str:
    if row.decided_at is None or not row.decided_by:
        return ""
    by = "pelo próprio pagamento" if row.decided_by == "payment" else names.get(row.decided_by, row.decided_by)
    return f"{by}, {moment(row.decided_at, now, place.zone)}"
