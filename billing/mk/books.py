"""What MK keeps of one person: contracts with their connections, pending bills, and which contract a bill is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.mk import bills, people
from billing.mk.services import Services
from billing.reading import rows, typed_line, words
from billing.records import Contract
from core.errors import Refused

Said = Mapping[str, Any]
NO_CONTRACT = "0"


class Books:
    """`debt_words` are those by which the reason of a block is known as debt."""

    def __init__(self, services: Services, debt_words: tuple[str, ...]) -> None:
        self._services = services
        self._debt_words = debt_words

    def contracts(self, person: str, customer_ref: str) -> tuple[Contract, ...]:
        """The person's contracts: those that MK lists, and those that only a connection tells of."""
        about = {words(one.get("codcontrato")): one for one in self._listed(person)}
        connections = self.connections(person)
        numbers = {*about, *map(number_of, connections)}
        return tuple(
            people.contract(
                person,
                customer_ref,
                people.code(number, "codcontrato"),
                about.get(number) or ({} if number == NO_CONTRACT else None),
                [one for one in connections if number_of(one) == number],
                self._debt_words,
            )
            for number in sorted(numbers, key=lambda number: (len(number), number))
        )

    def connections(self, person: str) -> tuple[Said, ...]:
        """The person's connections."""
        return self._rows("WSMKConexoesPorCliente", "Conexoes", cd_cliente=person)

    def pending(self, person: str) -> tuple[Said, ...]:
        """The person's bills that are to be paid."""
        return self._rows("WSMKFaturasPendentes", "FaturasPendentes", cd_cliente=person)

    def settled(self, person: str, months: int) -> tuple[Said, ...]:
        """The person's bills that were settled, of so many months."""
        return self._rows("WSMKFaturas", "Faturas", codigo_cliente=person, liquidado="S", quantidade_meses=str(months))

    def contract_of(self, bill: Said, person: str) -> str:
        """The contract that bears the bill: the first that it names, else the person's first that has not ended."""
        named = bills.contracts_of(bill)
        if named:
            return named[0]
        every = self.contracts(person, person)
        going = [one for one in every if one.status != "cancelled"]
        return (going or every)[0].number if every else NO_CONTRACT

    def line(self, person: str, bill: str) -> str | None:
        """The digits of the bill's line, empty where it has none; None where this person has no such bill."""
        try:
            listed = self._rows("WSMKLDViaSMS", "DadosFatura", cd_fatura=bill)
        except Refused:
            return ""
        for one in listed:
            if words(one.get("codfatura")) == bill and words(one.get("codigopessoa")) == person:
                return typed_line("".join(c for c in words(one.get("ld")) if c.isdigit())) or ""
        return None

    def _listed(self, person: str) -> tuple[Said, ...]:
        """All contracts with their state, or from an older MK the active ones only."""
        said = self._services.ask("WSMKContratosPorClienteV2", cd_cliente=person)
        if said is not None:
            return rows(said.get("Contratos") if isinstance(said, Mapping) else said, "Contratos")
        return self._rows("WSMKContratosPorCliente", "ContratosAtivos", cd_cliente=person)

    def _rows(self, service: str, name: str, **query: str) -> tuple[Said, ...]:
        said = self._services.ask(service, **query)
        return rows(said.get(name) if isinstance(said, Mapping) else said, name)


def number_of(connection: Said) -> str:
    """The number of the contract that a connection belongs to; 0 for one without."""
    return words(connection.get("contrato")) or NO_CONTRACT


def parts(ref: str) -> tuple[str, str]:
    """The person and the contract or bill of a ref; two empty texts where it is none of ours."""
    person, _, number = ref.partition(".")
    return (person, number) if is_number(person) and is_number(number) else ("", "")


def is_number(text: str) -> bool:
    """Whether this can be a number of MK's."""
    return text.isascii() and text.isdigit()
