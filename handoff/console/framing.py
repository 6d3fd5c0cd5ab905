"""What the pages with a menu of their own share: their frame around the live parts, what was typed, and 404s."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.console.entrances import opens
from handoff.console.live import as_regions, live_response
from handoff.console.ports import LARGEST_ID, House, attendant, visit
from handoff.reply import clean_text


@dataclass(frozen=True)
class Entry:
    """An entry of such a menu: its name, what it is called, and the endpoint that it opens."""

    name: str
    title: str
    endpoint: str


def add_live(
    blueprint: Blueprint,
    where: str,
    name: str,
    page: Callable[..., Response],
    parts: Callable[..., tuple[House, dict[str, str]]],
) -> None:
    """Adds a page, and at `live` below its address its live parts alone, which its script asks for again and again."""

    def live(**found: int) -> Response:
        return live_response(parts(**found)[1])

    blueprint.add_url_rule(where, name, page)
    blueprint.add_url_rule(f"{where}/live", f"{name}_live", live)


def form_token() -> str:
    """The form's own token: the same again is the same click. Ends the request with a 400 where it is missing."""
    token = request.form.get("token", "")
    if not token or len(token) > 80 or "\x00" in token:
        abort(400, "O formulário chegou incompleto. Recarregue a página e tente de novo.")
    return token


def typed(name: str, longest: int | None = 200) -> str:
    """What was typed into the field of that name, trimmed and not longer than that: of a form that was sent, into the
    form alone, for its address carries the list beside it; of a page, what stands in the address.

    None cuts nothing off: whoever takes a text says itself when it is too long.
    """
    given = request.form if request.method == "POST" else request.args
    return clean_text(given.get(name, ""))[:longest]


def must_exist(session: Session, row: type[Any], row_id: int, otherwise: str) -> None:
    """Ends the request with 404 where there is no such row. Does not load it: whoever locks it next reads it fresh."""
    found = row_id <= LARGEST_ID and session.scalar(select(row.id).where(row.id == row_id)) is not None
    if not found:
        abort(404, otherwise)


def framed(
    template: str,
    menu: Sequence[Entry],
    here: str,
    place: House,
    parts: dict[str, str],
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    """The page around its live parts, with those entries of the `menu` that the person may open; `here` is open."""
    page = render_template(
        template,
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        menu=[entry for entry in menu if opens(attendant(), entry.endpoint)],
        here=here,
        regions=as_regions(parts),
        fresh_token=secrets.token_urlsafe(16),
        **more,
    )
    return make_response(page, status)
