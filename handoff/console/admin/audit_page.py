"""Who did what: the audit by person, subject, deed and time, on pages and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import Select, select
from werkzeug.wrappers import Response as AnyResponse

from billing.formula import harmless
from core.masking import mask_personal_data
from handoff import audit
from handoff.console.admin.page import frame
from handoff.console.ports import House, Ports, attendant, house, row_id
from handoff.console.wording import moment
from models.audit import Audit

PAGE, MOST_ROWS = 100, 50_000


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty is everything."""

    actor: str
    subject: str
    action: str
    since: str
    until: str

    def rows(self, zone: str) -> Select[Audit]:
        """The rows, the newest first."""
        found = select(Audit).order_by(Audit.id.desc())
        if self.actor:
            found = found.where(Audit.actor == self.actor)
        if self.subject:
            found = found.where(Audit.subject == self.subject)
        if self.action:
            found = found.where(Audit.action.startswith(self.action, autoescape=True))
        if since := _day(self.since, zone):
            found = found.where(Audit.at >= since)
        if until := _day(self.until, zone):
            found = found.where(Audit.at < until + timedelta(days=1))
        return found


@dataclass(frozen=True)
class Line:
    """A row as people read it."""

    at: str
    actor: str
    action: str
    subject: str
    detail: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and the file."""
    blueprint.add_url_rule("/admin/audit", "audit", partial(_page, ports))
    blueprint.add_url_rule("/admin/audit.csv", "audit_csv", partial(_file, ports))


def _wanted() -> Wanted:
    names = ("actor", "subject", "action", "since", "until")
    return Wanted(*(request.args.get(name, "").replace("\x00", "").strip()[:80] for name in names))


def _page(ports: Ports) -> AnyResponse:
    wanted, before = _wanted(), row_id(request.args.get("before", ""))
    with ports.db.reading() as session:
        place = house(session)
        found = wanted.rows(place.zone)
        if before:
            found = found.where(Audit.id < before)
        rows = session.scalars(found.limit(PAGE + 1)).all()
        lines = [_line(row, place, ports.now()) for row in rows[:PAGE]]
    chosen = {name: value for name, value in vars(wanted).items() if value}
    older = urlencode({**chosen, "before": rows[PAGE - 1].id}) if len(rows) > PAGE else ""
    return frame("audit", "audit", place, wanted=wanted, lines=lines, older=older, query=urlencode(chosen))


def _file(ports: Ports) -> AnyResponse:
    """At most MOST_ROWS, the newest first. That somebody took them is a row, too."""
    wanted = _wanted()
    with ports.db.transaction() as session:
        zone = house(session).zone
        body = "".join(_csv(session.scalars(wanted.rows(zone).limit(MOST_ROWS)), zone))
        audit.record(session, attendant().login, "audit.exported", "audit", wanted=vars(wanted))
    headers = {"Content-Disposition": "attachment; filename=auditoria.csv"}
    return Response("\ufeff" + body, mimetype="text/csv", headers=headers)


def _csv(rows: Iterable[Audit], zone: str) -> Iterator[str]:
    kept = io.StringIO()
    written = csv.writer(kept, delimiter=";", lineterminator="\r\n")
    written.writerow(["quando", "quem", "o que", "sobre", "detalhes"])
    for row in rows:
        at = row.at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
        written.writerow([at, *map(harmless, (row.actor, row.action, row.subject, _detail(row)))])
    yield kept.getvalue()


def _line(row: Audit, place: House, now: datetime) -> Line:
    return Line(moment(row.at, now, place.zone), row.actor, row.action, row.subject, _detail(row))


def _detail(row: Audit) -> str:
    return mask_personal_data(json.dumps(row.detail, ensure_ascii=False)) if row.detail else ""


def _day(given: str, zone: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(given), datetime.min.time(), ZoneInfo(zone))
    except ValueError:
        return None
