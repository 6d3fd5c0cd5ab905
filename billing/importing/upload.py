"""A file of the customer base that came through the console: compared and written as work, by whoever asked for it."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.importing.kinds import kinds
from billing.importing.run import Import, run_import
from billing.importing.sheet import Refusal
from billing.importing.table import FileUnfit, survey
from core.db import Database
from core.errors import Conflict, Refused
from core.locks import hold
from core.media_store import MediaStore
from models import utc_now
from models.import_run import ImportRun
from models.outbox import add_work

WORK = "import_file"
# A file that nobody decides about is somebody's customer base, lying around.
KEPT = timedelta(days=7)
OPEN = ("waiting", "previewed", "asked")


def take_upload(session: Session, kind: str, filename: str, stored_as: str, size: int, by: str) -> ImportRun:
    """The run of a file that the store has, to be compared soon. One that is open already for the same bytes and kind
    is that one."""
    hold(session, f"upload/{kind}/{stored_as}")
    same = select(ImportRun).where(ImportRun.kind == kind, ImportRun.stored_as == stored_as, ImportRun.state.in_(OPEN))
    known = session.scalars(same).first()
    if known is not None:
        return known
    digest = stored_as.rpartition("/")[2]
    row = ImportRun(
        kind=kind, filename=filename, sha256=digest, stored_as=stored_as, size=size, asked_by=by, state="waiting"
    )
    session.add(row)
    session.flush()
    add_work(session, WORK, row.id)
    add_work(session, WORK, row.id, after_seconds=KEPT.total_seconds())
    return row


def move(session: Session, run_id: int, to: str, by: str) -> ImportRun:
    """A previewed run is `asked` to be written, `discarded`, or `waiting` to be compared once more. Raises Conflict
    where it is not previewed (any more), or never came through the console."""
    row = session.get_one(ImportRun, run_id, with_for_update=True)
    if row.state != "previewed" or row.stored_as is None:
        raise Conflict("import_state", row.state)
    row.state = to
    if to == "asked":
        row.applied_by = by
    if to != "discarded":
        _from_the_start(row)
    add_work(session, WORK, row.id)
    return row


def import_file(run_id: int, *, db: Database, store: MediaStore) -> None:
    """Does what the run's state says; goes on where a killed one stopped. May be called again, also side by side.

    Once a file is written, the previews that wait are made anew: a contract needs its customer. A file that nobody
    needs any more is removed from the store; a preview is discarded after KEPT.
    """
    with db.reading() as session:
        run = session.get_one(ImportRun, run_id)
    if run.state in ("waiting", "asked"):
        _read(run, db, store)
    elif run.state == "previewed" and run.stored_as is not None and run.created_at <= utc_now() - KEPT:
        with db.transaction() as session:
            move(session, run_id, "discarded", "clock")
    with db.reading() as session:
        run = session.get_one(ImportRun, run_id)
    if run.state not in OPEN and run.stored_as is not None:
        _forget(run, run.stored_as, db, store)


def give_up(run_id: int, *, db: Database) -> None:
    """It failed too often: said in the row, for people."""
    _fail(db, run_id, "não foi possível ler o arquivo; envie de novo ou avise o suporte")


def _read(run: ImportRun, db: Database, store: MediaStore) -> None:
    apply = run.state == "asked"
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "file.csv"
        try:
            path.write_bytes(store.get(str(run.stored_as)))
            run_import(
                Import(
                    db,
                    kinds()[run.kind],
                    path,
                    survey(path),
                    run.asked_by,
                    apply,
                    _nobody_listens,
                    _kept_in_the_row,
                    run_id=run.id,
                    most_kept=run.size,
                )
            )
        except FileUnfit as unfit:
            _fail(db, run.id, str(unfit))
            return
        except Refused:
            _fail(db, run.id, "o arquivo não está mais guardado; envie de novo")
            return
    with db.transaction() as session:
        row = session.get_one(ImportRun, run.id, with_for_update=True)
        # Somebody who did the same beside us may be here already, or a person have moved it on.
        if row.state != run.state:
            return
        row.state = "done" if apply else "previewed"
        if apply:
            row.done_at, row.samples = utc_now(), []
            _preview_again(session)


def _preview_again(session: Session) -> None:
    waiting = select(ImportRun).where(ImportRun.state == "previewed", ImportRun.stored_as.is_not(None))
    for other in session.scalars(waiting.order_by(ImportRun.id).with_for_update(skip_locked=True)):
        other.state = "waiting"
        _from_the_start(other)
        add_work(session, WORK, other.id)


def _from_the_start(row: ImportRun) -> None:
    row.counts, row.refused, row.samples, row.at_line, row.bytes_read = {}, [], [], 0, 0


def _fail(db: Database, run_id: int, problem: str) -> None:
    with db.transaction() as session:
        row = session.get_one(ImportRun, run_id, with_for_update=True)
        if row.state in ("waiting", "asked"):
            row.state, row.problem, row.done_at = "failed", problem, utc_now()
            add_work(session, WORK, run_id)


def _forget(run: ImportRun, stored_as: str, db: Database, store: MediaStore) -> None:
    with db.reading() as session:
        others = select(ImportRun.id).where(ImportRun.stored_as == stored_as, ImportRun.state.in_(OPEN))
        needed = session.scalars(others.limit(1)).first() is not None
    if not needed:
        store.delete(stored_as)
    with db.transaction() as session:
        row = session.get_one(ImportRun, run.id, with_for_update=True)
        row.stored_as, row.samples = None, []


def _nobody_listens(bytes_read: int) -> None:
    """How far it is stands in the row."""


def _kept_in_the_row(refusal: Refusal) -> None:
    """All of them are: the file is small, and the report is made from there."""
