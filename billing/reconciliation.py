"""The nightly comparison of what is paid with what is blocked, in the ERP's words, in ours and in the network's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.agreements import negotiation_policy_of, waits_for_first
from billing.missing import is_awaited
from billing.overdue import demanded_here, demanded_of
from billing.ports import Erp
from billing.provider_row import provider_row
from billing.suspension import paid
from core.dates import local_date
from core.db import Database
from core.errors import Failure
from models import utc_now
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.invoice import Invoice
from models.payment import Payment
from models.reconciliation import Reconciliation
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock

Kind = Literal[
    "paid_but_blocked",
    "blocked_but_paid",
    "blocked_but_open",
    "unlock_without_end",
    "payment_unmatched",
    "restored_late",
]
ALERT = "money.reconciliation"
PAGE = 5000
# A line whose unlock, payment or restoration is of just now is still being seen to.
GRACE = timedelta(hours=1)
# RGC (Resolução Anatel 765/2023): restored within a day of the payment being known.
RESTORED_WITHIN = timedelta(days=1)
UNMATCHED_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree. `subject` is a contract's ref, or a payment's or unlock's number.

    paid_but_blocked: nothing is owed, and the network holds the line back. blocked_but_paid: nothing is owed, and the
    contract is marked as blocked for debt. blocked_but_open: marked as blocked for debt, which is owed, and the network
    lets it through. unlock_without_end: an unlock is over and nobody judged it. payment_unmatched: money that belongs
    to nothing, for more than a day. restored_late: paid, says the ledger, and not restored within the law's day.
    """

    kind: Kind
    subject: str


@dataclass(frozen=True)
class Report:
    """How it stands: contracts compared, contracts that could not be read again, what does not agree.

    `network` says whether the network was compared too: some equipment cannot list whom it blocks.
    """

    contracts: int
    unread: int
    findings: tuple[Finding, ...]
    network: bool

    @property
    def counts(self) -> Counter[str]:
        """Findings by kind."""
        return Counter(finding.kind for finding in self.findings)


@dataclass(frozen=True)
class Compared:
    """Whom to ask. `held` gives the logins that the network holds back, in lower case, or None where it cannot list
    them. `release` asks for the release of a contract, with a name that makes two requests one; None: only reported."""

    db: Database
    erp: Erp
    held: Callable[[], frozenset[str] | None]
    release: Callable[[Session, str, str], None] | None = None


@dataclass(frozen=True)
class _Row:
    ref: str
    login: str
    blocked: bool
    owes: bool


def reconcile(compared: Compared) -> Report:
    """Compares everything now, keeps the report as a row, alarms when something does not agree, ends the alarm when all
    does, and asks for the release of whoever owes nothing. May be run at any time and again.

    A contract counts as wrong only once its invoices were read again from the ERP: our own rows may be old. One whose
    debt is only missing there counts neither as owing nor as paid (billing.missing). Raises what
    the network raises when it does not answer: half a comparison would be taken for a whole one.
    """
    db = compared.db
    with db.transaction() as session:
        run = Reconciliation()
        session.add(run)
        session.flush()
        run_id, zone = run.id, provider_row(session).timezone
    held = compared.held()
    now = utc_now()
    count, doubtful = _doubtful(db, held, local_date(now, zone))
    findings, unread = _read_again(compared, doubtful, local_date(now, zone))
    with db.reading() as session:
        findings += _left_over(session, now)
    report = Report(count, unread, tuple(findings), held is not None)
    _keep(compared, run_id, report)
    return report


def _doubtful(db: Database, held: frozenset[str] | None, today: date) -> tuple[int, list[tuple[Kind, _Row]]]:
    """How many contracts there are, and those that seem not to agree."""
    count, doubtful = 0, list[tuple[Kind, _Row]]()
    with db.reading() as session:
        for row in _rows(session, today):
            count += 1
            kind = _judge(row, None if held is None else row.login.lower() in held)
            if kind:
                doubtful.append((kind, row))
    return count, doubtful


def _judge(row: _Row, held: bool | None) -> Kind | None:
    if row.blocked:
        if row.owes:
            return "blocked_but_open" if held is False and row.login else None
        return "paid_but_blocked" if held else "blocked_but_paid"
    return "paid_but_blocked" if held and not row.owes else None


def _rows(session: Session, today: date) -> Iterator[_Row]:
    owes = exists().where(Invoice.contract_id == Contract.id, demanded_here(today))
    # Released on trust: what is owed does not matter until it ends.
    trusted = exists().where(TrustUnlock.contract_ref == Contract.ref, TrustUnlock.state.in_(("reserved", "active")))
    wanted = (
        select(Contract.id, Contract.ref, Contract.pppoe_login, Contract.status, owes)
        .where(Contract.status.in_(("active", "blocked")), ~trusted)
        .where((Contract.status == "active") | (Contract.blocked_for == "debt"))
        .order_by(Contract.id)
        .limit(PAGE)
    )
    last = 0
    while page := session.execute(wanted.where(Contract.id > last)).all():
        for last, ref, login, status, owed in page:  # noqa: B007 - the next page begins behind the last
            yield _Row(ref, login, status == "blocked", bool(owed))


def _read_again(compared: Compared, doubtful: Iterable[tuple[Kind, _Row]], today: date) -> tuple[list[Finding], int]:
    """What still does not agree once the ERP was asked, and how many it did not answer for."""
    findings, unread = list[Finding](), 0
    for kind, row in doubtful:
        try:
            told = compared.erp.open_invoices(row.ref)
        except Failure:
            # Also where it lets us in no more, or refuses one contract: the others are compared, and it is said.
            unread += 1
            continue
        with compared.db.reading() as session:
            policy = negotiation_policy_of(provider_row(session).policies)
            owes = bool(demanded_of(session, told, today)) or waits_for_first(session, row.ref, policy)
            if not owes and is_awaited(session, row.ref, told, today, utc_now()):
                continue
        if owes == (kind == "blocked_but_open"):
            findings.append(Finding(kind, row.ref))
    return findings, unread


def _left_over(session: Session, now: datetime) -> list[Finding]:
    """What the ledgers themselves show."""
    unlocks = select(TrustUnlock.id).where(TrustUnlock.state == "active", TrustUnlock.expires_at < now - GRACE)
    payments = select(Payment.id).where(
        Payment.state == "unmatched", Payment.seen_by.is_(None), Payment.known_at < now - UNMATCHED_AFTER
    )
    late = select(Suspension.contract_ref).where(
        Suspension.state == "suspended", Suspension.known_paid_at < now - RESTORED_WITHIN
    )
    found: list[tuple[Kind, Sequence[object]]] = [
        ("unlock_without_end", session.scalars(unlocks.order_by(TrustUnlock.id)).all()),
        ("payment_unmatched", session.scalars(payments.order_by(Payment.id)).all()),
        ("restored_late", session.scalars(late.order_by(Suspension.id)).all()),
    ]
    return [Finding(kind, str(subject)) for kind, subjects in found for subject in subjects]


def _keep(compared: Compared, run_id: int, report: Report) -> None:
    with compared.db.transaction() as session:
        run = session.get_one(Reconciliation, run_id)
        run.ended_at, run.contracts, run.unread = utc_now(), report.contracts, report.unread
        run.findings = [asdict(finding) for finding in report.findings]
        if report.findings or report.unread:
            raise_alert(session, ALERT, "", _alarm(report), severity="critical" if report.findings else "warning")
        else:
            end_alert(session, ALERT, "")
        if compared.release:
            for finding in report.findings:
                if finding.kind in ("paid_but_blocked", "blocked_but_paid"):
                    paid(session, finding.subject, utc_now())
                    compared.release(session, finding.subject, f"reconciliation:{run_id}")


WORDS: dict[str, str] = {
    "paid_but_blocked": "pagos mas bloqueados na rede",
    "blocked_but_paid": "sem dívida mas marcados como bloqueados",
    "blocked_but_open": "bloqueados por dívida mas com sinal na rede",
    "unlock_without_end": "liberações em confiança vencidas e não julgadas",
    "payment_unmatched": "pagamentos sem fatura há mais de um dia",
    "restored_late": "pagos e não restabelecidos em um dia",
}


def words_of(report: Report) -> list[tuple[str, int]]:
    """Every kind in Portuguese with its count, zeros too, as it is shown to people."""
    return [(words, report.counts[kind]) for kind, words in WORDS.items()]


def _alarm(report: Report) -> str:
    parts = [f"{count} {words}" for words, count in words_of(report) if count]
    parts += [f"{report.unread} contratos não puderam ser lidos no ERP"] * bool(report.unread)
    return "Conciliação: " + ", ".join(parts) + "."
