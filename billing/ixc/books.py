"""Finds rows of IXC by customer, contract and number, and believes no filter: what comes is looked at again."""

from __future__ import annotations

from billing.ixc import people, titles
from billing.ixc.forms import Forms, Row, Where
from billing.reading import words
from billing.records import Plan
from core.errors import Refused


class Books:
    """What IXC keeps of one customer, contract or title."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms

    def one(self, form: str, ref: str) -> Row | None:
        """The row with this number, or None, also for what is no number at all."""
        if not is_number(ref):
            return None
        return next((row for row in self._forms.list(form, "id", ref, most=1) if words(row.get("id")) == ref), None)

    def contracts(self, customer: str) -> list[Row]:
        """The customer's contracts in the order of their numbers."""
        return sorted(self._of("cliente_contrato", customer), key=lambda row: by_number(words(row.get("id"))))

    def logins(self, customer: str) -> list[Row]:
        """The customer's logins that are in use."""
        return self._of("radusuarios", customer, ("ativo", "=", "S"))

    def plans_of(self, contracts: list[Row]) -> dict[str, Plan]:
        """The plans of these contracts by their number."""
        wanted = sorted({plan for row in contracts if (plan := words(row.get("id_vd_contrato"))).strip("0")})
        found = (self.one("vd_contratos", ref) for ref in wanted)
        return {plan.ref: plan for row in found if row for plan in [people.plan(row)]}

    def contract(self, contract_ref: str) -> tuple[str, str]:
        """The numbers of customer and contract of a ref. Raises Refused `unknown_contract`."""
        customer, number = parts(contract_ref)
        row = self.one("cliente_contrato", number)
        if row is None or words(row.get("id_cliente")) != customer:
            raise Refused("unknown_contract")
        return customer, number

    def titles(self, contract_ref: str, *where: Where) -> list[Row]:
        """The titles of one contract. IXC is asked for the customer's: which field names the contract differs."""
        customer, number = parts(contract_ref)
        rows = self._of("fn_areceber", customer, *where)
        loose = any(not titles.contract_of(row) for row in rows)
        takes_loose = loose and number == self.main_contract(customer)
        return [row for row in rows if (titles.contract_of(row) or (takes_loose and number)) == number]

    def open_title(self, ref: str) -> Row:
        """The title, where there is something to pay. Raises Refused `unknown_invoice` or `invoice_not_open`."""
        row = self.one("fn_areceber", ref)
        if row is None:
            raise Refused("unknown_invoice")
        if not titles.is_open(row):
            raise Refused("invoice_not_open")
        return row

    def contract_ref(self, title: Row) -> str:
        """The ref of the contract that the title belongs to."""
        customer = words(title.get("id_cliente"))
        return f"{customer}.{titles.contract_of(title) or self.main_contract(customer)}"

    def main_contract(self, customer: str) -> str:
        """The contract that bears what belongs to the customer as a whole: the first one that has not ended."""
        rows = self.contracts(customer)
        going = [row for row in rows if not people.is_ended(row)]
        return words((going or rows)[0].get("id")) if rows else ""

    def _of(self, form: str, customer: str, *where: Where) -> list[Row]:
        if not is_number(customer):
            return []
        rows = self._forms.list(form, "id_cliente", customer, *where)
        return [row for row in rows if words(row.get("id_cliente")) == customer]


def parts(contract_ref: str) -> tuple[str, str]:
    """Customer and contract of a ref; two empty texts where it is none of ours."""
    customer, _, number = contract_ref.partition(".")
    return (customer, number) if is_number(customer) and is_number(number) else ("", "")


def is_number(text: str) -> bool:
    """Whether this can be a number of IXC's."""
    return text.isascii() and text.isdigit()


def by_number(ref: str) -> tuple[int, str]:
    """The key to sort refs by: 9 before 10."""
    return (int(ref), "") if is_number(ref) else (0, ref)
