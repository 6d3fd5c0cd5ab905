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
    """A piece of the list as HTML with a key that changes with it, and the same without content, for a page that has
    it."""

    key: str
    html: Markup
    named: Markup


FILTERS = "filters"
NOTHING: Mapping[str, str] = {}


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


def list_region(listing: Listing, open_id: int | None = None) -> str:
    """The list as HTML, the same on the page and in what the page is sent later."""
    return draw_list(listing, open_id)[0]


def draw_list(
    listing: Listing, open_id: int | None = None, *, known: Mapping[str, str] = NOTHING
) -> tuple[str, dict[str, str]]:
    """The list as HTML, and the key of each of its pieces by its id: it changes with what the piece shows.

    Pieces that the page has already, `known` by their keys, are only named.
    """
    filters = _filters_html(listing.asked, listing.choices, request.script_root)
    pieces = {FILTERS: filters, **_rows_drawn(listing, open_id)}
    html = {id_: one.named if known.get(id_) == one.key else one.html for id_, one in pieces.items()}
    region = render_template(
        "console/list.html",
        listing=listing,
        filters=html.pop(FILTERS),
        rows=list(html.values()),
        tabs=TABS,
        full_names=FULL_NAMES,
        empty=EMPTY,
        supervises=attendant().supervises,
        csrf=visit().csrf,
    )
    return region, {id_: one.key for id_, one in pieces.items()}


def _rows_drawn(listing: Listing, open_id: int | None) -> dict[str, Drawn]:
    """Looked up by their places first: to look a whole row up by what it says costs more than the rest together."""
    address, root, kept = tuple(listing.asked.address().items()), request.script_root, listing.shown.drawn
    drawn = {}
    for place, row in enumerate(listing.shown.rows):
        seen = unread(row, listing.read), row.id == open_id, address, root
        if (place, seen) not in kept:
            kept[place, seen] = _row_html(row, *seen)
        drawn[f"item-{row.id}"] = kept[place, seen]
    return drawn


def unread(row: Row, read: dict[int, int]) -> int:
    """How many of the customer's messages came since this person looked, counted up to ten."""
    return sum(id_ > read.get(row.id, 0) for id_ in row.news)


@lru_cache(maxsize=4096)
def _row_html(row: Row, news: int, current: bool, address: tuple[tuple[str, str], ...], root: str) -> Drawn:
    """Drawn once for all who see the same: with many consoles open, drawing rows is most of the work."""
    html = render_template("console/row.html", row=row, news=news, current=current, address=dict(address))
    return _piece("li", f"item-{row.id}", html)


@lru_cache(maxsize=256)
def _filters_html(asked: Wanted, offered: Choices, root: str) -> Drawn:
    return _piece("div", FILTERS, render_template("console/filters.html", a=asked, choices=offered))


def _piece(tag: str, id_: str, html: str) -> Drawn:
    key = hashlib.sha256(html.encode()).hexdigest()[:12]
    # Out of a template that has escaped it.
    whole, named = (Markup(f'<{tag} id="{id_}" data-k="{key}">{text}</{tag}>') for text in (html, ""))  # noqa: S704
    return Drawn(key, whole, named)


def _page(ports: Ports) -> Response:
    return inbox_page(ports)


def _live(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        listing = read_listing(session, ports)
        alive = sign_of_life(session, ports)
    return live_response({"list": list_region(listing), **alive})
