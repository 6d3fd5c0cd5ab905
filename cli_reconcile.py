"""The command that compares what is paid with what is blocked, now, and ends with 1 where something does not agree."""

from __future__ import annotations

import sys

import click

from billing.reconciliation import reconcile, words_of
from cli_database import database, database_url, settings
from core.errors import Failure
from core.masking import mask_personal_data
from wiring_erp import erp_of
from wiring_money import compared_of


@click.command("reconcile")
@database_url
def reconcile_command(database_url: str | None) -> None:
    """Compara pagamentos, contratos e rede agora, guarda o resultado e pede a liberação de quem não deve nada."""
    told = settings(database_url)
    with database(database_url or told.database_url) as db:
        try:
            report = reconcile(compared_of(told, db, erp_of(told, db)))
        except Failure as failure:
            raise click.ClickException(f"A comparação não foi feita: {mask_personal_data(str(failure))}") from failure
    click.echo(f"{report.contracts} contratos comparados" + ("" if report.network else ", sem a rede"))
    for words, count in words_of(report):
        click.echo(f"{count:>6}  {words}")
    for finding in report.findings:
        click.echo(f"        {finding.kind} {finding.subject}")
    if report.unread:
        click.echo(f"{report.unread:>6}  contratos que o ERP não deixou ler")
    sys.exit(1 if report.findings or report.unread else 0)
