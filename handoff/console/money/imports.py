"""Files of the customer base: the form, the runs, and the page of one with what it would change, or changed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, make_response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.importing.kinds import kinds
from billing.importing.report import refusal_writer
from billing.importing.sheet import Refusal
from handoff import audit
from handoff.access import Attendant
from handoff.console.framing import add_live
from handoff.console.live import TOKEN_MARK
from handoff.console.money.page import frame, looked
from handoff.console.network.jobs import names_of
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import moment
from models.import_run import ImportRun

NO_RUN = "Esta importação não existe."
MOST, MOST_REFUSED = 40, 20
STATES = {
    "waiting": ("tag-wait", "conferindo"),
    "previewed": ("tag-wait", "espera a sua decisão"),
    "asked": ("tag-wait", "gravando"),
    "done": ("tag-good", "gravada"),
    "failed": ("tag-bad", "não foi possível"),
    "discarded": ("", "descartada"),
}
BY_COMMAND = ("", "prévia pelo comando")


@dataclass(frozen=True)
class Sheet:
    """A run in words. `open`: a file is kept, and a decision about it can be taken; `before` names an earlier run that
    wrote the same file."""

    id: int
    title: str
    filename: str
    state: str
    mark: str
    state_text: str
    open: bool
    percent: int
    new: int
    changed: int
    same: int
    refused: int
    asked: str
    applied: str
    problem: str
    ignored: tuple[str, ...]
    before: int | None = None

    @property
    def lines(self) -> int:
        """So many were read."""
        return self.new + self.changed + self.same + self.refused


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list with its form, the page of a run, their live parts, and the report of refused lines."""
    where = "/money/imports"
    add_live(blueprint, where, "imports", partial(imports_page, ports), partial(_list_parts, ports))
    where += "/<int:run_id>"
    add_live(blueprint, where, "import_run", partial(run_page, ports), partial(_parts, ports))
    blueprint.add_url_rule(f"{where}/refused.csv", "import_refused", partial(_refused, ports))


def imports_page(ports: Ports, problem: str = "", status: int = 200) -> Response:
    """The form and the runs, also as the answer to a form that was not taken."""
    place, parts = _list_parts(ports)
    more = {"kinds": kinds().values(), "own_erp": ports.own_erp, "problem": problem}
    return frame("console/money/imports.html", "imports", place, parts, status=status, **more)


def run_page(ports: Ports, run_id: int, problem: str = "", status: int = 200) -> Response:
    """The page of a run, also as the answer to its buttons."""
    place, parts = _parts(ports, run_id)
    return frame("console/money/import.html", "imports", place, parts, status=status, run_id=run_id, problem=problem)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("base.import")
    with ports.db.transaction() as session:
        place, names = house(session), names_of(session)
        looked(session, "page:imports")
        rows = session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(MOST))
        sheets = [_sheet(row, names, place, ports.now()) for row in rows]
    return place, {"imports": render_template("console/money/imports_part.html", runs=sheets)}


def _parts(ports: Ports, run_id: int) -> tuple[House, dict[str, str]]:
    permitted("base.import")
    with ports.db.transaction() as session:
        place, row = house(session), found_run(session, run_id)
        looked(session, f"import:{row.id}")
        html = render_template(
            "console/money/import_part.html",
            run=_sheet(row, names_of(session), place, ports.now(), _written_before(session, row)),
            samples=row.samples,
            refused=row.refused[:MOST_REFUSED],
            most=MOST_REFUSED,
            own_erp=ports.own_erp,
            csrf=visit().csrf,
            token=TOKEN_MARK,
        )
    return place, {"import": html}


def found_run(session: Session, run_id: int) -> ImportRun:
    """The run. Ends the request with 404 where there is none."""
    row = session.get(ImportRun, run_id) if run_id <= LARGEST_ID else None
    if row is None:
        abort(404, NO_RUN)
    return row


def _refused(ports: Ports, run_id: int) -> Response:
    who: Attendant = permitted("base.import")
    with ports.db.transaction() as session:
        row = found_run(session, run_id)
        audit.record(session, who.login, "import.report_downloaded", f"import:{run_id}")
    out = io.StringIO(newline="")
    add = refusal_writer(out)
    for one in row.refused:
        add(Refusal(int(one["line"]), str(one["field"]), str(one["reason"])))
    response = make_response(out.getvalue().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="importacao-{run_id}-recusadas.csv"'
    return response


def _written_before(session: Session, row: ImportRun) -> int | None:
    same = (ImportRun.sha256 == row.sha256, ImportRun.kind == row.kind, ImportRun.id < row.id)
    return session.scalars(
        select(ImportRun.id).where(*same, ImportRun.state == "done").order_by(ImportRun.id.desc()).limit(1)
    ).first()


def _sheet(row: ImportRun, names: dict[str, str], place: House, now: datetime, before: int | None = None) -> Sheet:
    kept = row.stored_as is not None
    mark, words = STATES[row.state] if kept or row.state != "previewed" else BY_COMMAND
    counts = {name: row.counts.get(name, 0) for name in ("new", "changed", "same", "refused")}
    by = row.applied_by
    return Sheet(
        id=row.id,
        title=kinds()[row.kind].title,
        filename=row.filename,
        state=row.state,
        mark=mark,
        state_text=words,
        open=kept and row.state == "previewed",
        percent=min(100 * row.bytes_read // max(row.size, 1), 100),
        asked=f"{names.get(row.asked_by, row.asked_by)}, {moment(row.created_at, now, place.zone)}",
        applied=f"{names.get(by, by)}, {moment(row.done_at, now, place.zone)}" if by and row.done_at else "",
        problem=row.problem,
        ignored=tuple(row.ignored),
        before=before,
        **counts,
    )
