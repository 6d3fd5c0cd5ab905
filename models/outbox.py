"""Work that must happen: one row each, added in the transaction that creates the work, done when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import wake
from core.locks import hold
from models import Base, utc_now

# Which queue's workers do which kind of work. A test holds it against the Procfile and the routing table.
QUEUE_OF = {
    "intake": "turns",
    "turn": "turns",
    "deliver": "outbound",
    "typing": "outbound",
    "network": "network",
    "batch": "network",
    "unlock_expiry": "turns",
    "erp_unlock": "network",
    "remind_unlock": "background",
    "watch_line": "turns",
    "check_number": "background",
    "prune_webhooks": "background",
    "sync_templates": "background",
    "reconcile_twilio": "background",
    "forget_paces": "background",
    "forget_network": "background",
    "fetch_media": "background",
    "transcribe": "background",
    "expire_media": "background",
    "read_proof": "background",
    "reconcile": "background",
    "poll_payments": "background",
    "sweep_olts": "turns",
    "sweep_olt": "network",
    "watch_incidents": "background",
    "tell_incident": "background",
    "serve_wishes": "background",
    "wish": "turns",
    "bill_month": "background",
    "import_file": "background",
    "payment_known": "turns",
    "take_payments": "background",
    "poll_charges": "background",
    "register_charge": "background",
    "collect": "background",
    "collect_step": "background",
    "suspend": "background",
    "restore": "turns",
    "tell_suspension": "background",
    "follow_agreements": "background",
    "tell_agreement": "turns",
    "forget_changes": "background",
    "assign": "turns",
    "presence": "background",
    "overflow": "background",
    "tell_waiting": "background",
    "after_close": "turns",
    "wake_snoozed": "background",
    "send_scheduled": "background",
    "watch_silence": "background",
    "watch_sla": "background",
    "refresh_sla": "background",
    "relay_events": "background",
    "webhook_out": "background",
    "forget_events": "background",
    "survey_comment": "turns",
    "ask_nps": "background",
    "watch_texts": "background",
    "suggest": "background",
    "desk_job": "background",
}


class Outbox(Base):
    """`topic` and `ref_id` say what to do; from `run_after` on it may be done. `tries` counts claims, except those that
    found it too early.

    Open while `done_at` is empty. A row that was given up has `done_at` and `error`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "queue", "run_after", postgresql_where=text("done_at is null")),
        Index("ix_outbox_topic_ref_id", "topic", "ref_id", postgresql_where=text("done_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]
    topic: Mapped[str]
    ref_id: Mapped[int]
    run_after: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


def add_work(session: Session, topic: str, ref_id: int, *, after_seconds: float = 0) -> None:
    """Adds work to the outbox of this transaction; its queue is woken after the commit if it is due at once."""
    queue = QUEUE_OF[topic]
    run_after = utc_now() + timedelta(seconds=after_seconds)
    session.add(Outbox(queue=queue, topic=topic, ref_id=ref_id, run_after=run_after))
    if after_seconds <= 0:
        wake(session, queue)


# Written out, as below: it runs for every message that people get.
_ADD_ONCE = text(
    "INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :queue, CAST(:topic AS text), :ref, CAST(:run_after AS timestamptz), 0"
    " WHERE NOT EXISTS (SELECT FROM outbox WHERE topic = CAST(:topic AS text) AND ref_id = :ref"
    " AND done_at IS NULL AND tries = 0) RETURNING id"
)


def add_work_once(session: Session, topic: str, ref_id: int, *, after_seconds: float = 0) -> None:
    """Adds work like `add_work`, unless the same is planned and was not begun yet."""
    queue, run_after = QUEUE_OF[topic], utc_now() + timedelta(seconds=after_seconds)
    row = {"queue": queue, "topic": topic, "ref": ref_id, "run_after": run_after}
    if session.execute(_ADD_ONCE, row).one_or_none() and after_seconds <= 0:
        wake(session, queue)


def hasten(session: Session, topic: str, ref_id: int) -> bool:
    """Makes work that waits due at once; False when none of it is open."""
    found = session.execute(
        update(Outbox)
        .where(Outbox.topic == topic, Outbox.ref_id == ref_id, Outbox.done_at.is_(None))
        .values(run_after=func.least(Outbox.run_after, utc_now()))
    )
    if found.rowcount:  # type: ignore[attr-defined]
        wake(session, QUEUE_OF[topic])
    return bool(found.rowcount)  # type: ignore[attr-defined]


_PLAN = text(
    "INSERT INTO outbox (queue, topic, ref_id, run_after, tries) SELECT :queue, CAST(:topic AS text), 0, now(), 0"
    " WHERE NOT EXISTS"
    " (SELECT FROM outbox WHERE topic = CAST(:topic AS text)"
    " AND (done_at IS NULL OR done_at > now() - make_interval(secs => :every)))"
)


def plan_chore(session: Session, topic: str, every_seconds: float) -> None:
    """Adds the chore (ref_id 0) unless it waits already or was done within the last `every_seconds`."""
    row = {"queue": QUEUE_OF[topic], "topic": topic, "every": every_seconds}
    # Two clocks side by side would both find nothing there.
    hold(session, f"chore/{topic}")
    session.execute(_PLAN, row)


# How long a claimed row is left to its worker, per queue: longer than the slowest handler with all its time limits.
LEASE_SECONDS = {"turns": 20, "outbound": 30, "network": 120, "background": 120}


@dataclass(frozen=True)
class Claimed:
    """A row that is this worker's until its lease ends."""

    id: int
    topic: str
    ref_id: int
    tries: int


# Written out: it runs for every single piece of work, and building it anew would cost more than running it. Neither
# part need wait for the disk: a lease or a mark that is lost with the machine's power only has the work done again.
_CLAIM = text(
    "WITH finished AS (UPDATE outbox SET done_at = clock_timestamp(), error = NULL WHERE id = :done"
    " RETURNING set_config('synchronous_commit', 'off', true))"
    " UPDATE outbox SET run_after = clock_timestamp() + make_interval(secs => :lease), tries = tries + 1 WHERE id ="
    " (SELECT id FROM outbox WHERE queue = :queue AND done_at IS NULL AND run_after <= clock_timestamp()"
    " AND id <> :done ORDER BY run_after LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING id, topic, ref_id, tries, set_config('synchronous_commit', 'off', true)"
)
_FINISH = text("UPDATE outbox SET done_at = clock_timestamp(), error = :error WHERE id = :id")


def claim(connection: Connection | Session, queue: str, *, done: int = 0) -> Claimed | None:
    """Takes the oldest due row of a queue for as long as the lease lasts; None when nothing is due.

    Closes the row `done` in the same statement. A worker that dies leaves its row to whoever comes after the lease.
    """
    parameters = {"queue": queue, "lease": LEASE_SECONDS[queue], "done": done}
    row = connection.execute(_CLAIM, parameters).one_or_none()
    return Claimed(*row[:4]) if row else None


def finish(session: Session, row_id: int, error: str | None = None) -> None:
    """Closes a row: done, or given up with `error`."""
    session.connection().execute(_FINISH, {"id": row_id, "error": error})


def postpone(
    session: Session, row_id: int, seconds: float, error: str | None = None, *, counts_as_try: bool = True
) -> None:
    """Lets a row wait: it will be claimed again after `seconds`. Where it was only too early, its claim is not one of
    the tries after which work is given up."""
    run_after = utc_now() + timedelta(seconds=seconds)
    tries = Outbox.tries if counts_as_try else Outbox.tries - 1
    session.execute(update(Outbox).where(Outbox.id == row_id).values(run_after=run_after, error=error, tries=tries))


def queues_with_due_work(session: Session) -> frozenset[str]:
    """Names of the queues that have a row whose time has come: what the clock rings."""
    return frozenset(
        session.scalars(select(Outbox.queue).where(Outbox.done_at.is_(None), Outbox.run_after <= utc_now()).distinct())
    )
