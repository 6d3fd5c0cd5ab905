"""Commands about the channels: start one again, what their errors mean here, what sending costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import click

from cli_database import database, database_url
from models import utc_now
from webhooks.channel_stop import resume_channel
from webhooks.channels.errors import MEANS, Entry
from webhooks.costs import Costs, read_costs
from webhooks.remedies import TABLES

INTRODUCTION = """# What the errors of WhatsApp's APIs mean here

Made from the tables in `webhooks/channels/`: `python cli.py channel errors > docs/whatsapp-errors.md`.

Errors are told apart by their number, never by their text or HTTP status: Meta changes those. It makes no difference
whether a code comes in the answer to our call or later, in a receipt with the status `failed`; only that after a
receipt a message is sent again three times at most, under the same key. A failure that comes after the message was
delivered or read changes nothing.

Without a code that is known the HTTP status counts: 429 and 500 or above are repeated (after `Retry-After` where it is
given, else after 1, 2, 5, 10, 20, 40 and then every 60 seconds), 401 and 403 **stop** the channel, the rest is
**refused**. A code 0 with a status of 500 or above counts as none.

No answer at all after the request may have left is none of these: the message waits `SEND_UNKNOWN_AFTER_SECONDS` for a
receipt that carries its key, and then becomes *sem confirmação*, for a person to decide. It is not sent twice.

## What is done
"""


@click.group()
def channel() -> None:
    """Canais: retomar o envio, tabela de erros."""


@channel.command("resume")
@click.argument("name", type=click.Choice(sorted(TABLES)))
@database_url
def resume_command(name: str, database_url: str | None) -> None:
    """Retoma o envio por um canal parado: o que espera sai em seguida. Pode ser repetido."""
    with database(database_url) as db, db.transaction() as session:
        waiting = resume_channel(session, name, by="cli")
    click.echo(f"Canal {name} liberado; {waiting} mensagens na fila.")


@channel.command("errors")
def errors_command() -> None:
    """Escreve a página dos códigos de erro: docs/whatsapp-errors.md."""
    click.echo("\n".join(_errors_page()))


def _errors_page() -> Iterator[str]:
    yield INTRODUCTION
    yield "| action | what it does |\n|---|---|"
    yield from (f"| {name} | {means} |" for name, means in MEANS.items())
    for name, table in TABLES.items():
        yield f"\n## {name.capitalize()}\n\n| code | what it says | action | first wait, seconds | repeats |"
        yield "|---|---|---|---|---|"
        yield from (_row(entry) for entry in table.entries)


def _row(entry: Entry) -> str:
    codes = ", ".join(f"{code.start}–{code[-1]}" if isinstance(code, range) else str(code) for code in entry.codes)
    action = entry.action
    waits = f"{action.seconds:g}" if action.seconds else ""
    return f"| {codes} | {entry.says} | {action.do} | {waits} | {action.most or ''} |"


@click.command("costs")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Dias para trás.")
@database_url
def costs_command(days: int, database_url: str | None) -> None:
    """Mostra o que foi cobrado: mensagens por dia, motivo, categoria e conversa."""
    with database(database_url) as db, db.transaction() as session:
        found = read_costs(session, utc_now() - timedelta(days=days))
    click.echo("\n".join(_report(found, days)))


def _report(costs: Costs, days: int) -> Iterator[str]:
    yield f"Últimos {days} dias: {costs.sent} mensagens enviadas, {costs.billable} cobradas, {costs.free} gratuitas,"
    yield f"{costs.unpriced} ainda sem preço informado."
    yield f"Conversas encerradas: {costs.closed}, das quais {costs.resolved_by_bot} sem ninguém da equipe."
    yield f"Mensagens por conversa resolvida pelo robô: {_number(costs.messages_per_resolved)}"
    yield f"Mensagens por conversa encerrada: {_number(costs.messages_per_closed)}"
    yield from _table("Cobradas por dia", ((f"{day:%d/%m/%Y}", count) for day, count in costs.by_day))
    yield from _table("Cobradas por motivo", costs.by_reason)
    yield from _table("Cobradas por categoria", costs.by_category)
    yield from _table("Conversas mais caras", costs.by_conversation)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}".replace(".", ",")


def _table(title: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"\n{title}"
    yield from (f"  {name:<40} {count:>8}" for name, count in rows)
