"""What all pages of the network share: who may open them, their frame with its menu, and their form tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.access import Attendant
from handoff.console.live import as_regions, live_response
from handoff.console.ports import LARGEST_ID, House, attendant, visit
from handoff.network_permits import Deed, may
from models.incident import Incident
from models.job_batch import JobBatch
from models.network_job import NetworkJob

LIVE = "X-Console"
REFUSAL = "Seu perfil não permite isto. Se precisar, fale com a supervisão."


@dataclass(frozen=True)
class Section:
    """An entry of the network's own menu. `deed` is what whoever sees it may do."""

    name: str
    title: str
    endpoint: str
    deed: Deed = "network.see"


SECTIONS = (
    Section("map", "Mapa", "console.network"),
    Section("incidents", "Incidentes", "console.incidents"),
    Section("jobs", "Ações", "console.jobs"),
    Section("batches", "Lotes", "console.batches"),
    Section("devices", "Equipamentos", "console.devices"),
    Section("onus", "Instalações", "console.onus", "onu.ask"),
)


def permitted(deed: Deed) -> Attendant:
    """Who is signed in, where they may do this: anybody else gets a 403."""
    if not may(attendant(), deed):
        abort(403, REFUSAL)
    return attendant()


def must_exist(session: Session, row: type[NetworkJob | JobBatch | Incident], row_id: int, otherwise: str) -> None:
    """Ends the request with 404 where there is no such row. Does not load it: whoever locks it next reads it fresh."""
    found = row_id <= LARGEST_ID and session.scalar(select(row.id).where(row.id == row_id)) is not None
    if not found:
        abort(404, otherwise)


def form_token() -> str:
    """The form's own token: the same again is the same click. Ends the request with a 400 where it is missing."""
    token = request.form.get("token", "")
    if not token or len(token) > 80:
        abort(400, "O formulário chegou incompleto. Recarregue a página e tente de novo.")
    return token


def frame(
    template: str, section: str, place: House, parts: dict[str, str], *, status: int = 200, **more: Any
) -> Response:
    """A page of the network around its live parts; only those of its menu's entries that the person may open."""
    who = attendant()
    page = render_template(
        template,
        house=place,
        who=who,
        csrf=visit().csrf,
        menu=[item for item in SECTIONS if may(who, item.deed)],
        here=section,
        regions=as_regions(parts),
        fresh_token=secrets.token_urlsafe(16),
        **more,
    )
    return make_response(page, status)


def live(parts: dict[str, str]) -> Response:
    """The live parts alone."""
    return live_response(parts)
