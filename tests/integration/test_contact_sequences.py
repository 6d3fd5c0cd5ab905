"""Any sequence of names that WhatsApp may give: one contact a person, and never two people in one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from core.db import Database
from core.phone import match_key
from models import utc_now
from webhooks.contacts import remember_wa_id, resolve_contact
from webhooks.identity import rename_contact
from webhooks.items import Sender

CALM = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_worlds = itertools.count(1)
LINES = [f"1298{number:07d}" for number in range(6000000, 6000006)]


def short(wa_id: str) -> str:
    """The number without its ninth digit."""
    return f"{wa_id[:4]}{wa_id[5:]}"


@dataclass
class Person:
    """Somebody with one number and one BSUID at a time."""

    line: str
    bsuid: str
    parent: str
    contact: int = 0
    was: list[str] = field(default_factory=list)

    def sender(self, form: str) -> Sender:
        wa_id = {"both": f"55{self.line}", "short": short(f"55{self.line}"), "phone": f"55{self.line}"}.get(form, "")
        hidden = form in {"bsuid", "family"}
        bsuid = self.bsuid if hidden or form in {"both", "short"} else ""
        return Sender(wa_id=wa_id, bsuid=bsuid, parent_bsuid=self.parent if form in {"both", "family"} else "")


class People(RuleBasedStateMachine):
    """People come, write under the names they have, change number or BSUID, and leave numbers to others."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db, self.people, self.serial = db, list[Person](), itertools.count(1)
        # Names are of a channel: one of its own is an empty world, without emptying the tables.
        self.channel = f"channel {next(_worlds)}"

    def free(self) -> list[str]:
        held = {person.line for person in self.people}
        return [line for line in LINES if line not in held]

    def arrives(self, sender: Sender) -> int:
        with self.db.transaction() as session:
            return resolve_contact(session, self.channel, sender)

    def name(self, prefix: str) -> str:
        return f"{prefix}.{next(self.serial)}"

    @precondition(lambda self: self.free())
    @rule(place=st.integers(0, 5), form=st.sampled_from(["both", "short"]))
    def comes(self, place: int, form: str) -> None:
        line = self.free()[place % len(self.free())]
        person = Person(line, self.name("BR"), self.name("BR.ENT"))
        person.contact = self.arrives(person.sender(form))
        assert person.contact not in {other.contact for other in self.people}
        self.people.append(person)

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 5), form=st.sampled_from(["both", "short", "phone", "bsuid", "family"]))
    def writes(self, place: int, form: str) -> None:
        person = self.people[place % len(self.people)]
        assert self.arrives(person.sender(form)) == person.contact

    @precondition(lambda self: self.people and self.free())
    @rule(place=st.integers(0, 5), told=st.booleans(), again=st.booleans())
    def changes_number(self, place: int, told: bool, again: bool) -> None:
        person = self.people[place % len(self.people)]
        old, person.line = person.sender("phone"), self.free()[0]
        person.was.append(person.bsuid)
        person.bsuid = self.name("BR")
        new = person.sender("both" if told else "short")
        for _ in range(2 if again else 1):
            with self.db.transaction() as session:
                rename_contact(session, self.channel, old, new, utc_now())

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 5))
    def changes_bsuid(self, place: int) -> None:
        person = self.people[place % len(self.people)]
        old = Sender(bsuid=person.bsuid)
        person.was.append(person.bsuid)
        person.bsuid = self.name("BR")
        with self.db.transaction() as session:
            assert rename_contact(session, self.channel, old, Sender(bsuid=person.bsuid), utc_now()) == person.contact

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 5), other=st.integers(0, 5))
    def is_answered(self, place: int, other: int) -> None:
        person, reached = self.people[place % len(self.people)], self.people[other % len(self.people)]
        with self.db.transaction() as session:
            remember_wa_id(session, person.contact, self.channel, short(f"55{reached.line}"))

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 5), other=st.integers(0, 5))
    def claims_the_bsuid_of_another(self, place: int, other: int) -> None:
        person, theirs = self.people[place % len(self.people)], self.people[other % len(self.people)]
        sender = Sender(wa_id=f"55{person.line}", bsuid=theirs.bsuid, parent_bsuid=theirs.parent)
        assert self.arrives(sender) == person.contact

    @invariant()
    def nobody_has_anothers_name(self) -> None:
        query = "SELECT contact_id, kind, value FROM contact_alias WHERE channel = :channel"
        with self.db.engine.connect() as connection:
            found = connection.execute(sa.text(query), {"channel": self.channel}).all()
        owner = {(kind, value): contact for contact, kind, value in found}
        numbers: dict[int, set[str | None]] = {}
        for contact, kind, value in found:
            if kind in {"wa_id", "match_key"}:
                numbers.setdefault(contact, set()).add(match_key(value, is_wa_id=True))
        assert all(len(keys) == 1 for keys in numbers.values())
        for person in self.people:
            mine = [("match_key", f"+55{person.line}"), *(("bsuid", name) for name in (*person.was, person.bsuid))]
            assert {owner.get(name, person.contact) for name in mine} == {person.contact}


def test_any_sequence_of_names_keeps_one_contact_a_person(db: Database) -> None:
    class HerePeople(People):
        def __init__(self) -> None:
            super().__init__(db)

    run_state_machine_as_test(HerePeople, settings=CALM)
