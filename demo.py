"""The demonstration's provider: fills an empty database with it, and says whose phones the simulator can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import migrations
from billing.provider_row import policy_of
from billing.trust_unlock import Policy
from core import phone
from core.dates import local_date
from core.db import Database
from core.document import parse_document
from core.locks import hold
from core.money import cents
from handoff.accounts import ensure_agent
from handoff.knowledge.articles import version_of
from handoff.queues import ensure_organogram
from models import utc_now
from models.article import Article
from models.contract import Contract
from models.customer import Customer, CustomerPhone
from models.device import Device
from models.invoice import Invoice
from models.provider import Provider
from models.queue import QueueRow
from models.trust_unlock import TrustUnlock
from provisioning.simulated_network.neighbourhood import demo_network, neighbours
from webhooks.simulator.people import Person

DEMO_FILE = Path(migrations.__file__).parent / "demo" / "demo_provider.yml"
ARTICLES_FILE = DEMO_FILE.with_name("demo_articles.yml")
WRITER, APPROVER = "admin", "karina"

Row = Mapping[str, Any]


def seed_demo(db: Database, yaml_path: Path, agent_password: str, *, now: datetime | None = None) -> bool:
    """Loads the file into a database that has no provider yet; returns whether it did.

    May be called again, also in parallel: where there is a provider nothing is changed. All or nothing, in one
    transaction. `now` (UTC) is the moment that the file's days count from. Raises ValueError for a document, phone or
    amount that is wrong, and for an empty password.
    """
    moment = now or utc_now()
    facts: Row = _read(yaml_path)
    with db.transaction() as session:
        # Two starts at once would both find no provider.
        hold(session, "seed-demo")
        if session.scalars(select(Provider.id).limit(1)).one_or_none() is not None:
            return False
        provider = Provider(**facts["provider"])
        session.add(provider)
        loading = _Loading(session, moment, local_date(moment, provider.timezone), policy_of(provider))
        for customer in facts["customers"]:
            _add_customer(loading, customer)
        session.add_all(Device(**device) for device in facts["devices"])
        ensure_organogram(session)
        shut = update(QueueRow).where(QueueRow.name.in_(facts["closed_queues"]))
        session.execute(shut.values(active=False))
        for agent in facts["agents"]:
            ensure_agent(session, agent["login"], agent["name"], agent["role"], agent["queues"], agent_password)
        add_articles(session, moment)
    return True


def add_articles(session: Session, now: datetime) -> None:
    """The knowledge base, with what the bot may quote approved."""
    for row in yaml.safe_load(ARTICLES_FILE.read_text(encoding="utf-8")):
        approved = {"approved_by": APPROVER, "approved_at": now} if row.get("bot_may_quote") else {}
        article = Article(**row, **approved, state="published", written_by=WRITER, written_at=now)
        session.add(article)
        session.flush()
        session.add(version_of(article))


def seed_devices(db: Database) -> int:
    """Adds the demo's equipment where a demonstration of an older version has none of that name; returns how much."""
    with db.transaction() as session:
        hold(session, "seed-demo")
        known = set(session.scalars(select(Device.name)))
        new = [Device(**device) for device in _read(DEMO_FILE)["devices"] if device["name"] not in known]
        session.add_all(new)
    return len(new)


def seed_neighbours(db: Database) -> int:
    """Adds the unnamed neighbours of the simulated network as customers, each with an active contract.

    An outage needs a street to happen in. Returns how many it added; those that are there already are left alone.
    """
    plant = demo_network()
    with db.transaction() as session:
        hold(session, "seed-demo")
        known = set(session.scalars(select(Contract.pppoe_login)))
        new = [line for line in neighbours(plant) if line["pppoe_login"] not in known]
        for line in new:
            session.add(_neighbour(session, line, plant["areas"].get(line["cto"], "")))
    return len(new)


def _neighbour(session: Session, line: Row, area: str) -> Contract:
    number = line["pppoe_login"].partition(".")[2]
    customer = Customer(
        ref=f"viz-{number}",
        name=f"Vizinho {number}",
        document=_cpf(int(number)),
        document_kind="cpf",
        kind="residential",
    )
    session.add(customer)
    session.flush()
    return Contract(
        ref=f"9{number}",
        customer_id=customer.id,
        number=f"9{number}",
        plan="Fibra 300 Mega",
        monthly_fee_cents=7990,
        address=f"Rua da Vizinhança, {int(number)}, {area}",
        area=area,
        pppoe_login=line["pppoe_login"],
        olt=line["olt"],
        pon=line["pon"],
        cto=line["cto"],
        onu=line["onu"],
    )


def _cpf(number: int) -> str:
    """A CPF with valid check digits that nobody was given, for people who do not exist."""
    digits = f"{number:09d}"
    for length in (10, 11):
        rest = sum(int(digit) * (length - place) for place, digit in enumerate(digits)) % 11
        digits += str(0 if rest < 2 else 11 - rest)
    return digits


def is_demo(db: Database) -> bool:
    """Whether the provider of this database is the demonstration's."""
    cnpj = _read(DEMO_FILE)["provider"]["cnpj"]
    with db.reading() as session:
        return session.scalars(select(Provider.id).where(Provider.cnpj == cnpj)).first() is not None


def people(yaml_path: Path = DEMO_FILE) -> tuple[Person, ...]:
    """The customers as holders of simulated phones, and last somebody whom the customer base does not know."""
    facts = _read(yaml_path)
    return tuple(Person(row["name"], row["whatsapp"], row["note"]) for row in [*facts["customers"], facts["stranger"]])


@dataclass(frozen=True)
class _Loading:
    """What the rows of one run share: `today` is the provider's calendar day at `now`."""

    session: Session
    now: datetime
    today: date
    policy: Policy


def _read(yaml_path: Path) -> Row:
    facts: Row = yaml.safe_load(yaml_path.read_text(encoding="utf-8"))
    return facts


def _add_customer(loading: _Loading, facts: Row) -> None:
    document, key = parse_document(facts["document"]), phone.match_key(facts["phone"])
    if document is None or key is None:
        raise ValueError(f"{facts['ref']}: document or phone is not valid")
    customer = Customer(
        ref=facts["ref"],
        name=facts["name"],
        document=document.number,
        document_kind=document.kind,
        kind=facts["kind"],
    )
    loading.session.add(customer)
    loading.session.flush()
    loading.session.add(CustomerPhone(customer_id=customer.id, match_key=key))
    for contract in facts["contracts"]:
        _add_contract(loading, customer.id, contract)


def _add_contract(loading: _Loading, customer_id: int, facts: Row) -> None:
    contract = Contract(
        ref=facts["number"],
        customer_id=customer_id,
        number=facts["number"],
        plan=facts["plan"],
        monthly_fee_cents=cents(facts["monthly_fee"]),
        status=facts["status"],
        address=facts["address"],
        area=facts["address"].rpartition(", ")[2],
        pppoe_login=facts["pppoe_login"],
        sla=facts.get("sla", ""),
        **facts["line"],
    )
    loading.session.add(contract)
    loading.session.flush()
    invoices = [_invoice(contract.id, row, loading.today) for row in facts.get("invoices", ())]
    loading.session.add_all(invoices)
    for unlock in facts.get("trust_unlocks", ()):
        granted = loading.now - timedelta(days=unlock["days_ago"])
        owed = sum(i.amount_cents for i in invoices if i.status == "open" and i.due_date < granted.date())
        ends = granted + timedelta(hours=loading.policy.hours)
        loading.session.add(_unlock(contract.ref, granted, ends, owed, kept=unlock["kept"]))


def _invoice(contract_id: int, facts: Row, today: date) -> Invoice:
    due = today + timedelta(days=facts["due_in_days"])
    return Invoice(
        ref=facts["number"],
        contract_id=contract_id,
        number=facts["number"],
        amount_cents=cents(facts["amount"]),
        due_date=due,
        status=facts["status"],
        paid_at=datetime.combine(due, time(15), UTC) if facts["status"] == "paid" else None,
    )


def _unlock(contract_ref: str, granted: datetime, ends: datetime, amount_cents: int, *, kept: bool) -> TrustUnlock:
    return TrustUnlock(
        contract_ref=contract_ref,
        state="kept" if kept else "broken",
        amount_cents=amount_cents,
        shown_text="Liberação em confiança (histórico da demonstração).",
        confirmed_text="Sim, liberar",
        granted_at=granted,
        expires_at=ends,
        ended_at=ends,
    )
