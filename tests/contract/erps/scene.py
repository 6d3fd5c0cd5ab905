"""The customers that every ERP of the contract holds, and how one is reached: Bruno owes, Fábio has two contracts."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from billing.ports import Erp
from core.document import Document
from tests.contract.erps.server import Asked, ErpServer
from tests.unit.billing.build import a_contract, a_customer, an_invoice

BRUNO, FABIO = Document("cpf", "11144477735"), Document("cpf", "85739201659")
STRANGER = Document("cpf", "52998224725")
SHARED = "+551233334444"
CUSTOMERS = (
    a_customer(phones=("+5512981110002", SHARED)),
    # The ERP keeps this mobile without the ninth digit.
    a_customer(ref="fabio", name="Fábio Nunes", document=FABIO, phones=("+551281110006", SHARED)),
)
CONTRACTS = (
    a_contract(ref="c-1007", number="1007", customer_ref="fabio", status="active"),
    a_contract(),
    a_contract(ref="c-1006", number="1006", customer_ref="fabio", status="cancelled"),
)
INVOICES = (
    an_invoice(ref="i-next", number="F-1002-2", due_date=date(2026, 12, 2)),
    an_invoice(ref="i-late"),
    an_invoice(ref="i-paid", number="F-1002-0", status="paid", paid_at=datetime(2026, 10, 1, 15, tzinfo=UTC)),
)
ZONE = "America/Sao_Paulo"


@dataclass(frozen=True)
class Rig:
    """An ERP with Bruno (one blocked contract, an overdue invoice, one to come, a paid one) and Fábio (two contracts),
    who share the landline SHARED. `pay` settles an invoice on the ERP's own side (on 22 November 2026 or later),
    `block` blocks a contract for debt there, `outage` makes the ERP tell of an outage where Bruno lives.

    `write_path` tells the requests that open a ticket or release a contract from those that only read.
    `server` is what stands in for a system of others; `secrets` are what may never be seen in an error or a log.
    """

    erp: Erp
    pay: Callable[[str], None]
    block: Callable[[str], None] | None = None
    outage: Callable[[str], None] | None = None
    server: ErpServer | None = None
    secrets: tuple[str, ...] = ()
    write_path: Callable[[Asked], bool] = lambda _: False


def rigs() -> dict[str, Callable[[pytest.FixtureRequest], Rig]]:
    """Every rig by its name: the RIGS of the modules of `rigs`."""
    from tests.contract.erps import rigs as folder

    found: dict[str, Callable[[pytest.FixtureRequest], Rig]] = {}
    for item in pkgutil.iter_modules(folder.__path__):
        found |= importlib.import_module(f"{folder.__name__}.{item.name}").RIGS
    return found
