"""Commands about the provider's ERP: which kinds there are, whether it lets us in, and what it says of a customer."""

from __future__ import annotations

import getpass

import click

from billing.erp_kind import erp_kinds
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.ports import Erp
from billing.provider_row import load_provider
from billing.records import Customer
from cli_database import database, database_url, told
from core.db import Database
from core.document import parse_document
from core.errors import Failure, Misconfigured, Refused
from core.masking import mask_personal_data
from core.money import format_brl
from core.phone import mask_phone, match_key
from handoff import audit
from handoff.console.wording import contract_status
from wiring_erp import connect
from wiring_settings import LOCAL, erp_problems


@click.group()
def erp() -> None:
    """O ERP do provedor: tipos, teste da conexão, busca de um cliente."""


@erp.command("kinds")
def kinds_command() -> None:
    """Mostra os ERPs e os campos de ERP_OPTIONS de cada um."""
    click.echo(f"{LOCAL} - as nossas próprias tabelas, sem campos")
    for kind, known in sorted(erp_kinds().items()):
        click.echo(f"{kind} - {known.title}")
        for item in known.fields:
            marks = [mark for mark, on in (("obrigatório", item.required), ("secreto", item.secret)) if on]
            marks += [f"padrão {item.default}"] if item.default else []
            click.echo(f"  {item.name:<20} {item.label}" + (f" [{', '.join(marks)}]" if marks else ""))


@erp.command("test")
@database_url
def test_command(database_url: str | None) -> None:
    """Conecta, faz uma leitura inofensiva e mostra o que o ERP oferece; não muda nada nele."""
    with database(database_url) as db:
        try:
            system = _erp(db)
            system.find_by_document(load_provider(db).cnpj)
            offers = sorted(system.capabilities())
        except Failure as failure:
            raise click.ClickException(_in_words(failure)) from failure
    click.echo(f"{told('ERP') or LOCAL}: conectou e leu. Oferece: {', '.join(offers)}")


@erp.command("find")
@click.argument("who")
@database_url
def find_command(who: str, database_url: str | None) -> None:
    """Busca pelo CPF, CNPJ ou telefone WHO e mostra o cliente (mascarado), os contratos e as faturas em aberto."""
    document, number = parse_document(who), match_key(who)
    if document is None and number is None:
        raise click.UsageError("Esperado um CPF, um CNPJ ou um telefone com DDD.")
    with database(database_url) as db:
        try:
            system = _erp(db)
            one = system.find_by_document(document) if document else None
            found = (one,) if one else system.find_by_phone(number) if number else ()
            lines = [line for customer in found for line in _shown(system, customer)]
        except Failure as failure:
            raise click.ClickException(_in_words(failure)) from failure
        with db.transaction() as session:
            for customer in found:
                audit.record(session, f"cli:{getpass.getuser()}", "erp.found", f"customer:{customer.ref}")
    if not lines:
        raise click.ClickException("Ninguém com esse dado no ERP.")
    click.echo("\n".join(lines))


def _erp(db: Database) -> Erp:
    """The bare adapter: no mirror answers for it, and no circuit stands before it. Ends the command with what is wrong
    in the settings."""
    kind, options = told("ERP") or LOCAL, told("ERP_OPTIONS")
    if problems := erp_problems(kind, options):
        raise click.ClickException("\n".join(problems))
    return (
        LocalErp(SqlStore(db), lambda: load_provider(db)) if kind == LOCAL else connect(erp_kinds()[kind], options, db)
    )


def _shown(system: Erp, customer: Customer) -> list[str]:
    phones = ", ".join(mask_phone(one) for one in customer.phones) or "sem telefone"
    lines = [f"{customer.first_name} ({customer.document.masked}), {phones}, id {customer.ref}"]
    for contract in system.contracts(customer.ref):
        state = contract_status(contract.status, contract.blocked_for)
        lines.append(f"  contrato {contract.number}: {contract.plan}, {state}, {contract.street}")
        for invoice in system.open_invoices(contract.ref):
            amount = format_brl(invoice.amount_cents)
            lines.append(f"    fatura {invoice.number}: {amount}, vence em {invoice.due_date:%d/%m/%Y}")
    return lines


def _in_words(failure: Failure) -> str:
    detail = mask_personal_data(failure.detail)
    said = f"{failure.code}: {detail}" if detail else failure.code
    if isinstance(failure, Misconfigured):
        return f"O ERP não aceita a nossa configuração ({said}). Confira ERP e ERP_OPTIONS."
    if isinstance(failure, Refused):
        return f"O ERP recusou o pedido ({said})."
    return f"O ERP não respondeu ({said}). Confira o endereço, a rede e se o nosso IP está liberado nele."
