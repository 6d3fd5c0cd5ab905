"""The command that compares what is paid with what is blocked, now, and ends with 1 where something does not agree."""

from __future__ import annotations

import sys

import click

from billing.reconciliation import reconcile, words_of
from cli_database import database, database_url
from core.errors import Failure
from core.settings import SettingsError
from wiring_erp import erp_of
from wiring_money import compared_of
from wiring_settings import read_settings


@click.command("reconcile")
@database_url
def reconcile_command(database_url: str | None) -> None:
    """Compara pagamentos, contratos e rede agora, guarda o resultado e pede a liberação de quem não deve nada."""
    with database(database_url) as db:
        try:
            settings = read_settings()
            report = reconcile(compared_of(settings, db, erp_of(settings, db)))
        except (Failure, SettingsError) as problem:
            raise click.ClickException(str(problem)) from problem
    click.echo(f"{report.contracts} contratos comparados" + ("" if report.network else ", sem a rede"))
    for words, count in words_of(report):
        click.echo(f"{count:>6}  {words}")
    for finding in report.findings:
        click.echo(f"        {finding.kind} {finding.subject}")
    if report.unread:
        click.echo(f"{report.unread:>6}  contratos que o ERP não deixou ler")
    sys.exit(1 if report.findings or report.unread else 0)
