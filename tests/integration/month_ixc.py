"""An IXC outside for the month of tests: it makes the bills and takes the money, and tells only whoever asks it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import insert

from core.dates import local_date
from core.db import Database
from core.money import as_decimal
from core.settings import load
from models import utc_now
from models.contact import Contact
from tests.contract.erps.servers.ixc import TOKEN, USER, IxcServer
from tests.integration.month_books import Bill, Books, Money
from tests.integration.month_world import POLICIES, a_contact, cpf, due_day_of, fee_of, furnish
from wiring_erp import erp_of

ZONE = "America/Sao_Paulo"
OURS = {
    "collections": {**POLICIES["collections"], "enabled": True, "suspends": "ours"},
    # The house blocks and releases: the ERP never hears of it.
    "unlock_end": {"reblock": "ours"},
}


class IxcOffice:
    """The whole way there and back: adapter, circuit and mirror as deployed, over HTTP."""

    night: tuple[str, ...] = ()
    reads: tuple[str, ...] = ("poll_payments",)
    behind, gives_unlocks = 3, True

    def __init__(self, db: Database, server: IxcServer, settings: dict[str, str]) -> None:
        options = json.dumps({"url": server.url, "user": USER, "token": TOKEN})
        self.settings = {"ERP": "ixc", "ERP_OPTIONS": options}
        self.erp = erp_of(load(settings | self.settings), db)
        self.books = Books(lambda number, month: str(number * 100 + month), prorated=False)
        self._db, self._server = db, server

    def open(self, numbers: range, debtors: frozenset[int]) -> None:
        furnish(self._db, {**POLICIES, **OURS})
        with self._db.transaction() as session:
            session.execute(insert(Contact), [a_contact(number, self.customer(number)) for number in numbers])
        for number in numbers:
            self._add(number)
            due = date(2026, 8, due_day_of(number))
            bill = Bill(self.books.name(number, 8), number, fee_of(number), due, datetime(2026, 8, 1, tzinfo=UTC))
            if number in debtors:
                self.send([self.books.add(bill)])
            # They wrote once, and were recognised.
            self.erp.customer(self.customer(number))
            self.erp.contracts(self.customer(number))

    def customer(self, number: int) -> str:
        return str(number)

    def contract(self, number: int) -> str:
        return f"{number}.{number}"

    def send(self, bills: Iterable[Bill]) -> None:
        for bill in bills:
            owner = {"id_cliente": str(bill.number), "id_contrato": str(bill.number), "liberado": "S"}
            self._server.add("fn_areceber", id=bill.ref, data_vencimento=str(bill.due), **owner)
            self._write(bill)
            self._server.forms["fn_areceber"][bill.ref]["line_when_printed"] = "1" * 47

    def copy(self, bill: Bill) -> None:
        if bill.owed:
            self.erp.second_copy(bill.ref)

    def pay(self, bill: Bill, cents: int, told_twice: bool) -> None:
        """What is paid twice is the ERP's affair."""
        if not bill.owed:
            return
        bill.paid += cents
        self._write(bill)
        if not bill.owed:
            before = sum(one.ref == bill.ref for one in self.books.money.values())
            name = f"ixc:{bill.ref}" + (f":{before + 1}" if before else "")
            self.books.money[name] = Money(name, bill.ref, bill.paid, "settled")
            bill.hold = ""

    def take_back(self, bill: Bill) -> int:
        gone = [one for one in self.books.money.values() if one.ref == bill.ref and one.state == "settled"]
        for money in gone:
            self.books.take_back(money.name, utc_now())
        self._write(bill)
        return len(gone)

    def switch(self, on: bool) -> None:
        self._server.trouble = "" if on else "error"

    def titles(self) -> dict[str, tuple[str, str, str]]:
        """Status, what is open and what came in, of every title there."""
        rows = self._server.forms["fn_areceber"].values()
        return {str(row["id"]): (row["status"], row["valor_aberto"], row["valor_recebido"]) for row in rows}

    def wanted(self) -> dict[str, tuple[str, str, str]]:
        """The same by the books."""
        return {ref: self._state(bill) for ref, bill in self.books.bills.items()}

    def _state(self, bill: Bill) -> tuple[str, str, str]:
        status = "R" if not bill.owed else "P" if bill.paid else "A"
        return status, as_decimal(bill.owed), as_decimal(bill.paid)

    def _write(self, bill: Bill) -> None:
        status, left, came = self._state(bill)
        day = "0000-00-00" if bill.owed else str(local_date(utc_now(), ZONE))
        money = {"valor": as_decimal(bill.total), "valor_aberto": left, "valor_recebido": came}
        with self._server.lock:
            self._server.forms["fn_areceber"][bill.ref].update(status=status, pagamento_data=day, **money)

    def _add(self, number: int) -> None:
        mine = {"id": str(number), "id_cliente": str(number)}
        name = {"razao": f"Cliente {number}", "cnpj_cpf": cpf(number), "tipo_pessoa": "F", "ativo": "S"}
        self._server.add("cliente", id=str(number), endereco="Rua Nova", numero="1", **name)
        state = {"status": "A", "status_internet": "A", "id_vd_contrato": "9", "contrato": ""}
        self._server.add("cliente_contrato", **mine, **state, endereco_padrao_cliente="S")
        login = {"id_contrato": str(number), "login": f"l{number}", "ativo": "S", "online": "N"}
        self._server.add("radusuarios", **mine, **login)
