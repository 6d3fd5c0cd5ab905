"""All that a conversation's page shows around what is said: read once, drawn in parts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.colleagues import Colleague, read_colleagues
from handoff.console.customer import Card, read_card
from handoff.console.desk_card import DeskCard, read_desk
from handoff.console.hints import Hints, read_hints
from handoff.console.life import WAKES, Life, read_life
from handoff.console.line_card import LineCard, read_line
from handoff.console.live import TOKEN_MARK
from handoff.console.marks_shown import Marks, read_marks
from handoff.console.offers import Offer, read_offers
from handoff.console.ports import House, Ports, attendant, house, visit
from handoff.console.standing import Standing, read_standing
from handoff.queues import Queue, organogram
from handoff.reply import MAX_LENGTH
from handoff.sla.standing import REASON_NAMES, Promises, read_promises
from models.conversation import Conversation


@dataclass(frozen=True)
class Sheet:
    """All that the conversation's page shows around what is said."""

    id: int
    place: House
    standing: Standing
    card: Card
    offers: list[Offer]
    line: LineCard | None
    queues: tuple[Queue, ...]
    promises: Promises
    colleagues: tuple[Colleague, ...]
    marks: Marks
    life: Life
    desk: DeskCard
    hints: Hints | None


def read_sheet(session: Session, conversation: Conversation, who: Attendant, ports: Ports) -> Sheet:
    """As it is now."""
    place, now = house(session), ports.now()
    standing = read_standing(session, conversation, who, place, now)
    card = read_card(session, conversation, who, place, now)
    offers = read_offers(session, conversation, place, ports.language) if standing.mine else []
    line = read_line(session, conversation, who, place, now) if card.proved else None
    return Sheet(
        id=conversation.id,
        place=place,
        standing=standing,
        card=card,
        offers=offers,
        line=line,
        queues=organogram(session).queues,
        promises=read_promises(session, conversation.id, now, place.zone),
        colleagues=read_colleagues(session, conversation, who, now) if standing.may_transfer else (),
        marks=read_marks(session, conversation),
        life=read_life(session, conversation, who, offers, place, now),
        desk=read_desk(session, conversation, who, place, now, vault=ports.vault is not None),
        hints=read_hints(session, conversation, who, card.contracts, line),
    )


def sheet_parts(sheet: Sheet, *, draft: str = "", revealed: str = "") -> dict[str, str]:
    """The parts of the page by their names, as HTML, with what was not sent and a document that is shown in full."""
    csrf = visit().csrf
    return {
        "bar": render_template(
            "console/bar.html",
            sheet=sheet,
            csrf=csrf,
            queues=sheet.queues,
            hold_reasons=REASON_NAMES,
            who=attendant(),
            wakes=WAKES,
            token=TOKEN_MARK,
        ),
        "composer": render_template(
            "console/composer.html",
            sheet=sheet,
            who=attendant(),
            csrf=csrf,
            token=TOKEN_MARK,
            draft=draft,
            longest=MAX_LENGTH,
        ),
        "card": render_template(
            "console/card.html",
            sheet=sheet,
            card=sheet.card,
            who=attendant(),
            csrf=csrf,
            revealed=revealed,
            token=TOKEN_MARK,
        ),
    }
