"""Customers by document, phone, contract, login, ONU or name, each with the conversations that the person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from core.document import parse_document
from handoff.access import Attendant, visible_to
from handoff.search.wanted import Wanted
from models.contact import Contact, ContactAlias
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer, CustomerPhone
from models.message_words import has_words

SHOWN = 10


@dataclass(frozen=True)
class Line:
    """A contract of somebody who was found."""

    number: str
    plan: str
    status: str
    blocked_for: str
    address: str


@dataclass(frozen=True)
class Talk:
    """Their latest conversation that the person may see."""

    id: int
    protocol: str
    open: bool


@dataclass(frozen=True)
class Person:
    """A customer (`ref` set), or a contact who has not proved to be one. The document is masked."""

    ref: str
    name: str
    document: str
    lines: Sequence[Line]
    talk: Talk | None


def find_people(session: Session, wanted: Wanted, who: Attendant) -> list[Person]:
    """At most SHOWN, those that the number names before those of that name. Reads only.

    Customers are shown to whoever uses the console (a caller has to be found), with masked document; conversations only
    where the person may see them. Contacts without a proved customer are only found through such a conversation.
    """
    found: dict[int, Customer] = {}
    for condition in _ways(wanted):
        if len(found) < SHOWN:
            rows = session.scalars(select(Customer).where(condition).order_by(Customer.name).limit(SHOWN))
            found.update({row.id: row for row in rows if row.id not in found})
    people = [_customer(session, row, who) for row in list(found.values())[:SHOWN]]
    return people + _strangers(session, wanted, who)


def _ways(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions on Customer, the surest first; each is served by an index of its own."""
    ways: list[ColumnElement[bool]] = []
    if wanted.document:
        ways.append(Customer.document == wanted.document.number)
    if wanted.phones:
        ways.append(_with_phone(CustomerPhone.match_key.in_(wanted.phones)))
    contract = [
        Contract.number == wanted.code,
        Contract.ref == wanted.code,
        Contract.pppoe_login == wanted.code.lower(),
    ]
    if wanted.serial:
        contract.append(Contract.onu == wanted.serial)
    if wanted.code or wanted.serial:
        ways.append(Customer.id.in_(select(Contract.customer_id).where(or_(*contract))))
    if wanted.tail:
        ways.append(_with_phone(_ends(CustomerPhone.match_key, wanted.tail)))
    if wanted.query and not wanted.tail:
        ways.append(has_words(func.words_of(Customer.name), wanted.query))
    return ways


def _with_phone(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Customer.id.in_(select(CustomerPhone.customer_id).where(condition))


def _ends(number: SQLColumnExpression[str], tail: str) -> ColumnElement[bool]:
    return func.reverse(number).like(f"{tail[::-1]}%")


def _customer(session: Session, row: Customer, who: Attendant) -> Person:
    lines = session.scalars(select(Contract).where(Contract.customer_id == row.id).order_by(Contract.number)).all()
    document = parse_document(row.document)
    return Person(
        row.ref,
        row.name,
        document.masked if document else "***",
        [Line(line.number, line.plan, line.status, line.blocked_for, line.address) for line in lines],
        _latest(session, Contact.customer_ref == row.ref, who),
    )


def _strangers(session: Session, wanted: Wanted, who: Attendant) -> list[Person]:
    """Contacts of that phone who are no customer that we know of."""
    ways: list[ColumnElement[bool]] = []
    if wanted.phones:
        ways.append(ContactAlias.value.in_([*wanted.phones, *(phone.lstrip("+") for phone in wanted.phones)]))
    if wanted.tail:
        ways.append(_ends(ContactAlias.value, wanted.tail))
    if not ways:
        return []
    rows = session.scalars(
        select(Contact)
        .where(
            Contact.customer_ref.is_(None),
            Contact.id.in_(
                select(ContactAlias.contact_id).where(
                    ContactAlias.kind.in_(("match_key", "wa_id", "address")), or_(*ways)
                )
            ),
        )
        .order_by(Contact.id.desc())
        .limit(SHOWN)
    ).all()
    people = [Person("", row.profile_name, "", (), _latest(session, Contact.id == row.id, who)) for row in rows]
    return [person for person in people if person.talk]


def _latest(session: Session, whose: ColumnElement[bool], who: Attendant) -> Talk | None:
    row = session.execute(
        select(Conversation.id, Conversation.protocol, Conversation.handler)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(whose, visible_to(who))
        .order_by(Conversation.id.desc())
        .limit(1)
    ).one_or_none()
    return Talk(row.id, row.protocol, row.handler != "closed") if row else None
