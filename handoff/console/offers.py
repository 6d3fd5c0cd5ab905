"""The approved templates that a person may send in a conversation, with what is known filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from core.template_text import SLOT, wording
from handoff.console.customer import customer_of
from handoff.console.ports import House
from handoff.template_wording import FIELDS, category_name, purpose_name
from handoff.templates import button_titles, sendable
from models.channel_template import ChannelTemplate
from models.contact import Contact
from models.conversation import Conversation

PREFIX = "value-"
"""Before the name of a value in the form: nobody's value is called like a field of the form itself."""


@dataclass(frozen=True)
class Part:
    """A piece of the preview: fixed `text`, or what stands for the value `name`."""

    text: str
    name: str = ""


@dataclass(frozen=True)
class Blank:
    """A value to fill in. `value` is what is known of it."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Offer:
    """A template to pick."""

    purpose: str
    title: str
    category: str
    blanks: tuple[Blank, ...]
    preview: tuple[tuple[Part, ...], ...]
    buttons: tuple[str, ...]


def read_offers(session: Session, conversation: Conversation, place: House, language: str) -> list[Offer]:
    """What may be sent to the contact now, by title."""
    contact = session.get_one(Contact, conversation.contact_id)
    known = _known(session, conversation, contact, place)
    return [_offer(row, known) for row in sendable(session, contact, language)]


def values() -> dict[str, str]:
    """The values in this request's form, by name."""
    return {
        key.removeprefix(PREFIX): value.replace("\x00", "").strip()
        for key, value in request.form.items()
        if key.startswith(PREFIX)
    }


def _known(session: Session, conversation: Conversation, contact: Contact, place: House) -> dict[str, str]:
    """Only who proved who they are is called by the name in the customer base."""
    customer = customer_of(session, contact)
    name = (customer.name if customer else contact.profile_name).split()
    return {"name": name[0] if name else "", "protocol": conversation.protocol, "provider": place.name}


def _offer(row: ChannelTemplate, known: dict[str, str]) -> Offer:
    words = wording(row.components)
    names = iter(row.variables)
    preview = tuple(tuple(_parts(text, names, known)) for text in (words.header, words.body, words.footer) if text)
    return Offer(
        purpose=row.purpose,
        title=purpose_name(row.purpose, row.name),
        category=category_name(row.category),
        blanks=tuple(Blank(name, _label(name), known.get(name, "")) for name in dict.fromkeys(row.variables)),
        preview=preview,
        buttons=tuple(title for _, title in button_titles(words)),
    )


def _parts(text: str, names: Iterator[str], known: dict[str, str]) -> Iterator[Part]:
    at = 0
    for slot in SLOT.finditer(text):
        yield Part(text[at : slot.start()])
        name = next(names, slot[1])
        yield Part(known.get(name) or _label(name), name)
        at = slot.end()
    yield Part(text[at:])


def _label(name: str) -> str:
    return FIELDS.get(name, name)
