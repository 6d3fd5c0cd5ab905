"""The nightly comparisons: how each ended, what does not agree with where to look, and having it compared now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.reconciliation import WORDS
from billing.reconciliation_due import ASKED, TOPIC, ask_now
from handoff import audit
from handoff.console.framing import add_live, form_token
from handoff.console.money.debtors import debtors
from handoff.console.money.page import frame, looked
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted
from handoff.console.wording import moment
from handoff.permits import may
from models.outbox import Outbox
from models.reconciliation import Reconciliation
from models.trust_unlock import TrustUnlock

NO_RUN = "Esta conciliação não existe."
SHOWN = 30
# One that has not ended by then was interrupted: the next one compares everything anew.
LONGEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Run:
    """A comparison. `going` while it runs; `counts` are (words, number) of what does not agree."""

    id: int
    when: str
    mark: str
    state_text: str
    going: bool
    contracts: int
    unread: int
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree, and the page on which to look."""

    name: str
    about: str
    link: str
    link_text: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list, the page of one, the live part, and the button."""
    add_live(blueprint, "/money/comparisons", "comparisons", partial(_list, ports), partial(_list_parts, ports))
    blueprint.add_url_rule("/money/comparisons/<int:run_id>", "comparison", partial(_page, ports))
    blueprint.add_url_rule("/money/comparisons/now", "comparison_now", partial(_now, ports), methods=["POST"])


def _list(ports: Ports) -> Response:
    place, parts = _list_parts(ports)
    compares = may(permitted("money.see"), "money.compare")
    return frame("console/money/comparisons.html", "comparisons", place, parts, compares=compares)


def _list_parts(ports: Ports) -> tuple[House, dict[str, str]]:
    permitted("money.see")
    with ports.db.reading() as session:
        place = house(session)
        rows = session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(SHOWN))
        runs = [_run(row, place, ports.now()) for row in rows]
        wish = select(Outbox.id).where(Outbox.topic == TOPIC, Outbox.ref_id == ASKED, Outbox.done_at.is_(None))
        waits = session.scalar(wish.limit(1)) is not None
    html = render_template("console/money/comparisons_part.html", runs=runs, waits=waits)
    return place, {"comparisons": html}


def _page(ports: Ports, run_id: int) -> Response:
    who, now = permitted("money.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        row = session.get(Reconciliation, run_id) if run_id <= LARGEST_ID else None
        if row is None:
            abort(404, NO_RUN)
        looked(session, f"reconciliation:{row.id}")
        run = _run(row, place, now)
        groups = _differences(session, row.findings, network=may(who, "network.see"))
    return frame("console/money/comparison.html", "comparisons", place, {}, run=run, groups=groups)


def _now(ports: Ports) -> Response:
    who = permitted("money.compare")
    form_token()
    with ports.db.transaction() as session:
        if ask_now(session):
            audit.record(session, who.login, "money.compared", "reconciliation")
    return redirect(url_for("console.comparisons"), 303)


def _run(row: Reconciliation, place: House, now: datetime) -> Run:
    counted = Counter(str(finding["kind"]) for finding in row.findings)
    going = row.ended_at is None and now - row.began_at < LONGEST
    if row.ended_at is None:
        mark, words = (
            ("tag-wait", "comparando…") if going else ("tag-bad", "não terminou: a rede ou o ERP não respondeu")
        )
    elif row.findings:
        many = len(row.findings)
        mark, words = "tag-bad", f"{many} {'diferença' if many == 1 else 'diferenças'}"
    else:
        mark, words = ("tag-wait", "incompleta") if row.unread else ("tag-good", "tudo confere")
    return Run(
        id=row.id,
        when=moment(row.began_at, now, place.zone),
        mark=mark,
        state_text=words,
        going=going,
        contracts=row.contracts,
        unread=row.unread,
        counts=tuple((words, counted[kind]) for kind, words in WORDS.items() if counted[kind]),
    )


def _differences(session: Session, findings: list[dict[str, Any]], *, network: bool) -> Mapping[str, list[Difference]]:
    """By kind, in words."""
    unlocks = _unlocked(session, findings)
    subjects = {str(one["subject"]) for one in findings} | set(unlocks.values())
    known = debtors(session, subjects)
    groups: dict[str, list[Difference]] = {}
    for one in findings:
        kind, subject = str(one["kind"]), str(one["subject"])
        groups.setdefault(WORDS.get(kind, kind), []).append(_difference(kind, subject, known, unlocks, network=network))
    return groups


def _unlocked(session: Session, findings: list[dict[str, Any]]) -> dict[str, str]:
    """The contracts of the unlocks among them, by the unlock's number."""
    ids = [int(one["subject"]) for one in findings if one["kind"] == "unlock_without_end"]
    rows = session.execute(select(TrustUnlock.id, TrustUnlock.contract_ref).where(TrustUnlock.id.in_(ids)))
    return {str(number): ref for number, ref in rows}


def _difference(
    kind: str, subject: str, known: Mapping[str, Any], unlocks: Mapping[str, str], *, network: bool
) -> Difference:
    if kind == "payment_unmatched":
        link = url_for("console.payment", payment_id=int(subject))
        return Difference(f"Pagamento nº {subject}", "", link, "ver o pagamento")
    ref = unlocks.get(subject, subject)
    debtor = known.get(ref)
    name = f"{debtor.name} · contrato {debtor.number}" if debtor else f"Contrato {ref}"
    about = f"está {debtor.status_text}" if debtor else ""
    if network:
        return Difference(name, about, url_for("console.jobs", contract=ref), "ações na rede")
    return Difference(name, about, url_for("console.payments", contract=ref), "pagamentos")
