"""One import from the first byte to the last: batches of lines, each compared and written in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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
_MOST_KEPT = 1000
_MOST_SHOWN = 10


@dataclass
class Import:
    """One run over one file. `told` hears how many bytes were read so far, `refuse` of each line that stays out."""

    db: Database
    kind: Kind
    path: Path
    found: Survey
    by: str
    apply: bool
    told: Callable[[int], None]
    refuse: Callable[[Refusal], None]


@dataclass
class Outcome:
    """What came of it. `changes` are of the first lines that change something; they hold personal data."""

    run_id: int
    ignored: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "same": 0, "refused": 0})
    changes: list[Change] = field(default_factory=list)
    kept: list[Refusal] = field(default_factory=list)


@dataclass
class _Batch:
    lines: list[tuple[int, Row]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def run_import(job: Import) -> Outcome:
    """Compares the whole file with the tables and, where `apply` says so, writes it. Raises FileUnfit and OSError.

    May be called again: what is written already is the same then, and a file whose run was killed goes on where it
    stopped, since each batch is written whole or not at all. Its row in `import_run` stays `previewed` in that case.
    """
    lines = records(job.path, job.found)
    head = next(lines, None)
    if head is None or head.problem:
        raise FileUnfit(f"os cabeçalhos não podem ser lidos: {head.problem if head else 'não há linhas'}")
    sheet = Sheet(job.kind, head.cells)
    outcome = Outcome(_begin(job), sheet.ignored)
    with Named() as named:
        for batch in _batches(job, sheet, named, lines):
            _take(job, batch, outcome)
    _end(job, outcome)
    return outcome


def _batches(job: Import, sheet: Sheet, named: Named, lines: Iterator[Record]) -> Iterator[_Batch]:
    batch = _Batch()
    for record in lines:
        row = sheet.row(record)
        if not isinstance(row, Refusal):
            row = named.doubled(job.kind, record.line, row) or row
        if isinstance(row, Refusal):
            batch.refused.append(row)
        else:
            batch.lines.append((record.line, row))
        if len(batch.lines) + len(batch.refused) >= BATCH:
            job.told(record.bytes_read)
            yield batch
            batch = _Batch()
    job.told(job.found.size)
    yield batch


def _take(job: Import, batch: _Batch, outcome: Outcome) -> None:
    with job.db.transaction() as session:
        # Two imports at once would both find the same line new.
        hold(session, "import")
        stage = Stage(session, job.kind, provider_zone(session))
        stage.fill(batch.lines)
        if job.apply:
            stage.lock()
        counts, refused = stage.compare()
        changes = stage.changes(_MOST_SHOWN - len({change.line for change in outcome.changes}))
        if job.apply:
            stage.write()
    outcome.changes += changes
    for state, count in counts.items():
        outcome.counts[state] += count
    for refusal in sorted([*batch.refused, *refused], key=lambda one: one.line):
        outcome.counts["refused"] += 1
        outcome.kept += [refusal] if len(outcome.kept) < _MOST_KEPT else []
        job.refuse(refusal)


def _begin(job: Import) -> int:
    with job.db.transaction() as session:
        row = ImportRun(kind=job.kind.name, filename=job.path.name, sha256=job.found.sha256, asked_by=job.by)
        session.add(row)
        session.flush()
        return row.id


def _end(job: Import, outcome: Outcome) -> None:
    with job.db.transaction() as session:
        row = session.get_one(ImportRun, outcome.run_id)
        row.counts = outcome.counts
        row.refused = [{"line": one.line, "field": one.field, "reason": one.reason} for one in outcome.kept]
        if job.apply:
            row.state, row.done_at = "done", utc_now()
