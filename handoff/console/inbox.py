"""The list of conversations: who waits, mine, all open ones, and those a person should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from flask import Blueprint, make_response, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.access import Attendant
from handoff.console.alerts import gravest, own_promises, understands_less
from handoff.console.attendance import sign_of_life
from handoff.console.listing import Held, Marks, Row, Rows, read_counts, read_held, read_marks, read_rows
from handoff.console.live import as_regions, live_response
from handoff.console.ports import Ports, attendant, house, visit
from handoff.console.wanted import TABS, Choices, Wanted, choices, wanted

FULL_NAMES = {**TABS, "open": "Todas abertas"}
EMPTY = {
    "waiting": "Ninguém esperando. Bom trabalho!",
    "mine": "Você não tem conversas. Assuma uma da lista “Esperando”.",
    "open": "Nenhuma conversa aberta nas suas filas.",
    "snoozed": "Nenhuma conversa adiada.",
    "alert": "Nenhum alerta. Tudo o que saiu foi entregue.",
}


@dataclass(frozen=True)
class Listing:
    """One list with the counts of all tabs, an alarm that concerns no single conversation, and how far they read."""

    asked: Wanted
    shown: Rows
    counts: dict[str, int]
    alarm: str
    read: dict[int, int]
    choices: Choices


@dataclass(frozen=True)
class Drawn:
    """A row as HTML, and a key that changes with it."""

    key: str
    html: Markup


NOTHING: Mapping[int, str] = {}


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list and its live part."""
    blueprint.add_url_rule("/", "inbox", partial(_page, ports))
    blueprint.add_url_rule("/live", "inbox_live", partial(_live, ports))


def inbox_page(ports: Ports, *, problem: str = "", status: int = 200) -> Response:
    """The page with the list, and a problem to tell, if any."""
    with ports.db.transaction() as session:
        place = house(session)
        listing = read_listing(session, ports)
    page = render_template(
        "console/inbox.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        listing=listing,
        problem=problem,
        regions=as_regions({"list": list_region(listing)}),
    )
    return make_response(page, status)


def read_listing(session: Session, ports: Ports) -> Listing:
    """The list that this request asks for, as the person may see it."""
    who, asked, now = attendant(), wanted(), ports.now()
    rows = read_rows(session, who, asked, house(session), now)
    return listing_of(
        who,
        asked,
        rows,
        read_counts(session, who, now),
        read_held(session).get(who.id, ()),
        read_alarms(session, who, ports),
        read_marks(session, rows),
        choices(session, who),
    )


def read_alarms(session: Session, who: Attendant, ports: Ports) -> dict[int, str]:
    """What stands above the list, by the agent's id; a supervisor's concerns them all, and stands under 0."""
    if who.supervises:
        return {0: " ".join(filter(None, (gravest(session), understands_less(session, ports.now()))))}
    return own_promises(session)


def listing_of(
    who: Attendant,
    asked: Wanted,
    rows: Rows,
    counts: dict[str, int],
    held: Collection[Held],
    alarms: dict[int, str],
    marks: Marks,
    offered: Choices,
) -> Listing:
    """One person's list, out of what may have been read for several; `held` is what they have."""
    counted = {**counts, "mine": sum(not one.snoozed for one in held)}
    alarm = alarms.get(0 if who.supervises else who.id, "")
    return Listing(asked, rows, {tab: counted[tab] for tab in TABS}, alarm, dict(marks.get(who.id, {})), offered)


def list_region(listing: Listing, open_id: int | None = None, *, known: Mapping[int, str] = NOTHING) -> str:
    """The list as HTML, the same on the page and in what the page is sent later.

    Rows that the page has already, `known` by their keys, are only named.
    """
    drawn = _drawn(listing, open_id)
    return render_template(
        "console/list.html",
        listing=listing,
        rows=[(id_, one.key, "" if known.get(id_) == one.key else one.html) for id_, one in drawn.items()],
        tabs=TABS,
        full_names=FULL_NAMES,
        empty=EMPTY,
        supervises=attendant().supervises,
        csrf=visit().csrf,
    )


def row_keys(listing: Listing, open_id: int | None = None) -> dict[int, str]:
    """The key of each row that `list_region` draws: it changes with what the row shows."""
    return {id_: one.key for id_, one in _drawn(listing, open_id).items()}


def _drawn(listing: Listing, open_id: int | None) -> dict[int, Drawn]:
    address = tuple(listing.asked.address().items())
    return {
        row.id: _row_html(row, unread(row, listing.read), row.id == open_id, address, request.script_root)
        for row in listing.shown.rows
    }


def unread(row: Row, read: dict[int, int]) -> int:
    """How many of the customer's messages came since this person looked, counted up to ten."""
    return sum(id_ > read.get(row.id, 0) for id_ in row.news)


@lru_cache(maxsize=4096)
def _row_html(row: Row, news: int, current: bool, address: tuple[tuple[str, str], ...], root: str) -> Drawn:
    """Drawn once for all who see the same: with many consoles open, drawing rows is most of the work."""
    html = render_template("console/row.html", row=row, news=news, current=current, address=dict(address))
    # Out of a template that has escaped it.
    return Drawn(hashlib.sha256(html.encode()).hexdigest()[:12], Markup(html))  # noqa: S704


def _page(ports: Ports) -> Response:
    return inbox_page(ports)


def _live(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        listing = read_listing(session, ports)
        alive = sign_of_life(session, ports)
    return live_response({"list": list_region(listing), **alive})
