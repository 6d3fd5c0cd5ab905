"""One import from the first byte to the last: batches of lines, each compared and written in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from billing.importing.change_words import in_words
from billing.importing.kind import Kind, Row
from billing.importing.named import Named
from billing.importing.sheet import Refusal, Sheet
from billing.importing.stage import Change, Stage
from billing.importing.table import FileUnfit, Record, Survey, records
from core.db import Database
from core.locks import hold
from models import utc_now
from models.import_run import ImportRun
from models.provider import provider_zone

BATCH = 2000
STATES = ("new", "changed", "same", "refused")
MOST_KEPT = 1000
_MOST_SHOWN = 10


@dataclass
class Import:
    """One run over one file. `told` hears after each batch how many bytes of the file are done, `refuse` of each line
    that stays out.

    `run_id` is a row of `import_run` to go on with; what it counts already is not counted, told or written again. So
    many refusals are kept in the row.
    """

    db: Database
    kind: Kind
    path: Path
    found: Survey
    by: str
    apply: bool
    told: Callable[[int], None]
    refuse: Callable[[Refusal], None]
    run_id: int | None = None
    most_kept: int = MOST_KEPT


@dataclass
class Outcome:
    """What came of it. `changes` are of the first lines that change something; they hold personal data."""

    run_id: int
    ignored: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    kept: list[Refusal] = field(default_factory=list)


@dataclass
class _Batch:
    lines: list[tuple[int, Row]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    end: int = 0
    bytes_read: int = 0


def run_import(job: Import) -> Outcome:
    """Compares the whole file with the tables and, where `apply` says so, writes it. Raises FileUnfit and OSError.

    May be called again: what is written already is the same then, and a file whose run was killed goes on where it
    stopped, since each batch is written, and counted in `import_run`, whole or not at all. Of two that do the same run
    side by side each batch is done by one. The row stays as it is, but for its counts, in that case.
    """
    lines = records(job.path, job.found)
    head = next(lines, None)
    if head is None or head.problem:
        raise FileUnfit(f"os cabeçalhos não podem ser lidos: {head.problem if head else 'não há linhas'}")
    sheet = Sheet(job.kind, head.cells)
    outcome = Outcome(_begin(job, sheet.ignored), sheet.ignored)
    with Named() as named:
        for batch in _batches(job, sheet, named, lines):
            _take(job, batch, outcome)
            job.told(batch.bytes_read)
    _end(job, outcome)
    return outcome


def _batches(job: Import, sheet: Sheet, named: Named, lines: Iterator[Record]) -> Iterator[_Batch]:
    batch = _Batch()
    for record in lines:
        row = sheet.row(record)
        if not isinstance(row, Refusal):
            row = named.doubled(job.kind, record.line, row) or row
        batch.end, batch.bytes_read = record.line, record.bytes_read
        if isinstance(row, Refusal):
            batch.refused.append(row)
        else:
            batch.lines.append((record.line, row))
        if len(batch.lines) + len(batch.refused) >= BATCH:
            yield batch
            batch = _Batch()
    batch.bytes_read = job.found.size
    yield batch


def _take(job: Import, batch: _Batch, outcome: Outcome) -> None:
    with job.db.transaction() as session:
        # Two imports at once would both find the same line new.
        hold(session, "import")
        run = session.get_one(ImportRun, outcome.run_id, with_for_update=True)
        if batch.end <= run.at_line:
            return
        stage = Stage(session, job.kind, provider_zone(session))
        stage.fill(batch.lines)
        if job.apply:
            stage.lock()
        counts, refused = stage.compare()
        changes = stage.changes(_MOST_SHOWN - len({change.line for change in outcome.changes}))
        if job.apply:
            stage.write()
        refusals = sorted([*batch.refused, *refused], key=lambda one: one.line)
        counts["refused"] = len(refusals)
        _count(run, batch, counts, refusals[: max(job.most_kept - len(run.refused), 0)])
        if job.run_id is not None and not job.apply:
            run.samples = [*run.samples, *(_sample(change) for change in changes)]
    outcome.changes += changes
    outcome.kept += refusals[: max(job.most_kept - len(outcome.kept), 0)]
    for refusal in refusals:
        job.refuse(refusal)


def _count(run: ImportRun, batch: _Batch, counts: dict[str, int], kept: list[Refusal]) -> None:
    run.counts = {state: run.counts.get(state, 0) + counts.get(state, 0) for state in STATES}
    run.refused = [*run.refused, *({"line": one.line, "field": one.field, "reason": one.reason} for one in kept)]
    run.at_line, run.bytes_read = batch.end, batch.bytes_read


def _sample(change: Change) -> dict[str, int | str]:
    before, after = in_words(change)
    return {"line": change.line, "label": change.label, "before": before, "after": after}


def _begin(job: Import, ignored: tuple[str, ...]) -> int:
    with job.db.transaction() as session:
        if job.run_id is not None:
            session.get_one(ImportRun, job.run_id).ignored = list(ignored)
            return job.run_id
        row = ImportRun(
            kind=job.kind.name,
            filename=job.path.name,
            sha256=job.found.sha256,
            asked_by=job.by,
            size=job.found.size,
            ignored=list(ignored),
        )
        session.add(row)
        session.flush()
        return row.id


def _end(job: Import, outcome: Outcome) -> None:
    with job.db.transaction() as session:
        row = session.get_one(ImportRun, outcome.run_id)
        outcome.counts = {state: row.counts.get(state, 0) for state in STATES}
        if job.run_id is None and job.apply:
            row.state, row.done_at = "done", utc_now()
