"""A conversation's page: everything that was said, who has it now, and what may be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Blueprint, abort, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant, may_see
from handoff.console.attendance import sign_of_life
from handoff.console.bubbles import Bubble, read_bubbles
from handoff.console.inbox import list_region, read_listing
from handoff.console.live import TOKEN_MARK, as_regions, live_response
from handoff.console.ports import LARGEST_ID, Ports, attendant, house, row_id, visit
from handoff.console.sheet import read_sheet, sheet_parts
from handoff.knowledge.finding import may_read
from handoff.writing.mentions import see_mentions
from handoff.writing.quoting import REACTIONS
from models.article import Article
from models.conversation import Conversation
from models.reading_mark import mark_read
from nlu.intent_names import intent_names

SHOWN = 200
"""PostgreSQL takes a larger number for an error, not for a row that is not there."""
VIEWED_AGAIN = timedelta(hours=1)
FROM_BOARD = "board"
EMPTY: Mapping[int, str] = {}


@dataclass(frozen=True)
class Talk:
    """What is said in a conversation, and how many earlier messages are not shown. `acting`: this person may answer."""

    id: int
    bubbles: list[Bubble]
    hidden: int
    acting: bool

    def key_of(self, bubble: Bubble) -> str:
        """Changes with what the bubble shows to this person."""
        return bubble.key + ("/acting" if self.acting and (bubble.may_repeat or bubble.may_quote) else "")


AROUND = (
    "version",
    "handler",
    "queue",
    "agent_id",
    "contract_ref",
    "summary",
    "needs_person",
    "tags",
    "priority",
    "checklist",
    "snoozed_until",
)
"""What of a conversation's row is shown around what is said. Times that pass are drawn with the beat."""


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    where = "/c/<int:conversation_id>"
    blueprint.add_url_rule(where, "conversation", partial(_page, ports))
    blueprint.add_url_rule(f"{where}/live", "conversation_live", partial(_live, ports))
    blueprint.add_url_rule(f"{where}/read", "conversation_read", partial(_has_read, ports), methods=["POST"])


def seen(session: Session, conversation_id: int, who: Attendant) -> Conversation:
    """The conversation, if `who` may see it. Ends the request with 404 or 403 otherwise."""
    conversation = session.get(Conversation, conversation_id) if conversation_id <= LARGEST_ID else None
    if conversation is None:
        abort(404, "Esta conversa não existe.")
    if not may_see(who, conversation):
        abort(403, "Esta conversa não está nas suas filas. Se precisar ver, fale com a supervisão.")
    return conversation


def conversation_page(
    ports: Ports, conversation_id: int, *, problem: str = "", draft: str = "", revealed: str = "", status: int = 200
) -> Response:
    """The whole page, with a problem to tell and the text that was not sent, if any. Writes down that it was seen."""
    who = attendant()
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        audit.record(session, who.login, "conversation.viewed", f"conversation:{conversation_id}", **_why())
        see_mentions(session, conversation_id, who)
        sheet = read_sheet(session, conversation, who, ports)
        thread = _thread(_talk(session, conversation, ports))
        mark_read(session, who.id, conversation_id)
        draft = draft or _from_article(session)
        listing = read_listing(session, ports)
    parts = sheet_parts(sheet, draft=draft, revealed=revealed)
    parts |= {"list": list_region(listing, conversation_id), "thread": thread}
    page = render_template(
        "console/conversation.html",
        house=sheet.place,
        who=who,
        csrf=visit().csrf,
        sheet=sheet,
        side=request.args.get("ver") == "cliente",
        listing=listing,
        problem=problem,
        regions=as_regions(parts),
    )
    return make_response(page, status)


def _from_article(session: Session) -> str:
    """The answer of the article that was just taken as a draft."""
    found = session.get(Article, row_id(request.args.get("artigo", "")))
    return found.answer if found and found.state == "published" and may_read(attendant(), found) else ""


def _page(ports: Ports, conversation_id: int) -> Response:
    # Whoever whispers to its owner finds their name in the note already.
    whispers_to = request.args.get("para", "") if _why() else ""
    named = f"@{whispers_to} " if re.fullmatch(r"[\w.-]{1,60}", whispers_to) else ""
    return conversation_page(ports, conversation_id, draft=named)


def _why() -> dict[str, str]:
    """From where a supervisor looks in, for the record."""
    return {"reason": FROM_BOARD} if request.args.get("de") == FROM_BOARD else {}


def live_parts(session: Session, ports: Ports, conversation_id: int) -> dict[str, str]:
    """What of the conversation's page changes while it is open. Ends the request like `seen`."""
    conversation = seen(session, conversation_id, attendant())
    talk = _talk(session, conversation, ports)
    return {"thread": _thread(talk), **sheet_parts(read_sheet(session, conversation, attendant(), ports))}


def thread_part(
    session: Session, ports: Ports, conversation_id: int, known: Mapping[int, str]
) -> tuple[str, dict[int, str], str]:
    """What is said, as HTML; the key of each bubble, which changes with it; and a text that changes with the rest.

    Bubbles that the page has already, `known` by their keys, are only named. Ends the request like `seen`.
    """
    conversation = seen(session, conversation_id, attendant())
    talk = _talk(session, conversation, ports)
    around = [repr(getattr(conversation, name)) for name in AROUND]
    around.append(str(conversation.window_open(ports.now())))
    return _thread(talk, known), {bubble.id: talk.key_of(bubble) for bubble in talk.bubbles}, "".join(around)


def frame_parts(session: Session, ports: Ports, conversation_id: int) -> dict[str, str]:
    """All around what is said. Ends the request like `seen`."""
    conversation = seen(session, conversation_id, attendant())
    return sheet_parts(read_sheet(session, conversation, attendant(), ports))


def note_viewed(session: Session, conversation_id: int) -> None:
    """Whoever is shown this without having opened the page has seen the conversation all the same: once an hour."""
    audit.record_once(
        session, attendant().login, "conversation.viewed", f"conversation:{conversation_id}", within=VIEWED_AGAIN
    )


def _live(ports: Ports, conversation_id: int) -> Response:
    with ports.db.transaction() as session:
        parts = live_parts(session, ports, conversation_id)
        note_viewed(session, conversation_id)
        listing = read_listing(session, ports)
        alive = sign_of_life(session, ports)
    return live_response({"list": list_region(listing, conversation_id), **parts, **alive})


def _has_read(ports: Ports, conversation_id: int) -> Response:
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        mark_read(session, attendant().id, conversation_id)
    return make_response("", 204)


def _talk(session: Session, conversation: Conversation, ports: Ports) -> Talk:
    limit = None if request.args.get("tudo") == "1" else SHOWN
    bubbles, hidden = read_bubbles(session, conversation.id, ports.now(), house(session).zone, limit=limit)
    mine = conversation.handler == "agent" and conversation.agent_id == attendant().id
    return Talk(conversation.id, bubbles, hidden, mine and conversation.window_open(ports.now()))


def _thread(talk: Talk, known: Mapping[int, str] = EMPTY) -> str:
    return render_template(
        "console/thread.html",
        talk=talk,
        csrf=visit().csrf,
        intents=intent_names(),
        known=known,
        reactions=REACTIONS,
        token=TOKEN_MARK,
    )
