"""The local ERP's tables give back the values that were stored, and number their tickets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from billing.local_store import SqlStore
from core.db import Database
from core.document import Document
from core.errors import Misconfigured
from models.conversation import check_digit
from models.ticket import Ticket
from tests.integration.billing_rows import store, store_provider
from tests.unit.billing.build import a_contract, a_customer, an_invoice

BAKERY = a_customer(
    ref="padaria",
    name="Padaria Sol Nascente LTDA",
    document=Document("cnpj", "12ABC34501DE35"),
    kind="business",
    phones=("+5512981110010", "+551233334444"),
)
WIRED = a_contract(
    ref="c-2001",
    number="2001",
    customer_ref="padaria",
    pppoe_login="padaria.sol",
    olt="OLT-CENTRO",
    pon="0/1/0",
    cto="CTO-C-002",
    onu="HWTC00000010",
    sla="gold",
)
BARE = a_contract(ref="c-2002", number="2002", customer_ref="padaria")
PAID = an_invoice(ref="i-paid", contract_ref="c-2001", status="paid", paid_at=datetime(2026, 11, 1, 15, tzinfo=UTC))


@pytest.fixture
def sql(db: Database) -> SqlStore:
    store(db, [BAKERY, a_customer()], [WIRED, BARE, a_contract()], [PAID, an_invoice()])
    return SqlStore(db)


def test_store_gives_every_value_back_as_it_was_stored(sql: SqlStore) -> None:
    assert sql.customer("padaria") == BAKERY
    assert sql.customer_by_document(BAKERY.document) == BAKERY
    assert set(sql.contracts_of("padaria")) == {WIRED, BARE}
    assert sql.contract("c-2001") == WIRED
    assert sql.contract("c-2002") == BARE
    assert sql.invoices_of("c-2001") == (PAID,)
    assert sql.invoice("i-paid") == PAID


def test_store_gives_a_customer_once_when_two_of_the_numbers_match(sql: SqlStore) -> None:
    assert sql.customers_by_phone(BAKERY.phones) == (BAKERY,)


def test_store_gives_nothing_for_what_it_does_not_have(sql: SqlStore) -> None:
    assert sql.customers_by_phone(["+5512999999999"]) == ()
    assert sql.customers_by_phone([]) == ()
    assert sql.customer("c-2001") is None
    assert sql.contract("") is None
    assert sql.invoices_of("c-2002") == ()


def test_add_ticket_stores_it_under_the_day_and_a_check_digit(db: Database, sql: SqlStore) -> None:
    store_provider(db)
    protocol = sql.add_ticket("c-2001", "Sem sinal", "ONU sem luz desde 14h")
    assert protocol.isdigit()
    assert len(protocol) >= 15
    assert protocol[-1] == check_digit(protocol[:-1])
    assert datetime.strptime(protocol[:8], "%Y%m%d").replace(tzinfo=UTC)
    with db.transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
    assert (ticket.protocol, ticket.contract_ref, ticket.subject, ticket.text, ticket.state) == (
        protocol,
        "c-2001",
        "Sem sinal",
        "ONU sem luz desde 14h",
        "open",
    )


def test_add_ticket_blames_the_settings_when_there_is_no_provider(db: Database, sql: SqlStore) -> None:
    with pytest.raises(Misconfigured, match="provider"):
        sql.add_ticket("c-2001", "Sem sinal", "...")
    with db.transaction() as session:
        assert session.scalars(select(Ticket)).all() == []
