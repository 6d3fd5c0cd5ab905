"""Commands of the local ERP: the customer base in from CSV files, with a preview, and out again."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click
from sqlalchemy import select

from billing.exporting import EXPORTS, export
from billing.importing.change_words import in_words
from billing.importing.kind import Kind
from billing.importing.kinds import kinds
from billing.importing.report import RefusedLines
from billing.importing.run import Import, Outcome, run_import
from billing.importing.table import FileUnfit, survey
from cli_database import database, database_url
from core.db import Database
from handoff.audit import record
from models.agent import Agent

_SHOWN_REFUSALS = 10
# Before the name of an account of the computer: nobody takes it for one of the console.
SHELL = "cli:"
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
by_option = click.option("--by", help="Sua conta no console, para a auditoria; sem ela, a conta deste computador.")


@click.command("import")
@click.argument("kind", type=click.Choice(list(kinds())))
@click.argument("file", type=_file)
@click.option("--apply", is_flag=True, help="Grava. Sem ele, só mostra o que mudaria.")
@by_option
@database_url
def import_command(kind: str, file: Path, apply: bool, by: str | None, database_url: str | None) -> None:
    """Importa um arquivo CSV: planos, clientes, contratos, faturas ou pagamentos, nesta ordem.

    Sem --apply mostra uma prévia e não grava nada. As linhas recusadas vão para um relatório ao lado do arquivo.
    """
    with database(database_url) as db:
        actor = _actor(db, by)
        try:
            with RefusedLines(file) as report:
                outcome = _run(db, kinds()[kind], file, apply, actor, report)
        except FileUnfit as unfit:
            raise click.ClickException(f"{file.name}: {unfit}") from unfit
        except OSError as error:
            raise click.ClickException(f"{error.filename or file}: {error.strerror}") from error
        with db.transaction() as session:
            record(
                session,
                actor,
                "import.applied" if apply else "import.previewed",
                f"import:{outcome.run_id}",
                kind=kind,
                **outcome.counts,
            )
    _tell(kinds()[kind], outcome, report, apply)


@click.command("export")
@click.argument("what", type=click.Choice(EXPORTS))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="O arquivo a escrever.")
@by_option
@database_url
def export_command(what: str, out: Path, by: str | None, database_url: str | None) -> None:
    """Exporta clientes, contratos, faturas ou pagamentos para um CSV que `import` lê de volta."""
    with database(database_url) as db:
        actor = _actor(db, by)
        # Written down first: an export that was cut short has left data, too.
        with db.transaction() as session:
            record(session, actor, "export.started", f"export:{what}", filename=out.name)
        try:
            out.touch(mode=0o600)
            with out.open("w", encoding="utf-8-sig", newline="") as file:
                count = export(db, what, file)
        except OSError as error:
            raise click.ClickException(f"{error.filename or out}: {error.strerror}") from error
    click.echo(f"{out}: {count} linhas.")


def _actor(db: Database, by: str | None) -> str:
    """Whom the audit names: the account of the console that was given, which has to be there, or who is signed in to
    this computer, marked as that."""
    if by is None:
        return f"{SHELL}{getpass.getuser()}"
    with db.reading() as session:
        login = session.scalar(select(Agent.login).where(Agent.login == by.lower(), Agent.active))
    if login is None:
        raise click.BadParameter(f"{by} não é uma conta ativa do console (veja agents list).", param_hint="--by")
    return login


def _run(db: Database, kind: Kind, path: Path, apply: bool, by: str, report: RefusedLines) -> Outcome:
    found = survey(path)
    # What is told goes into files and pipes, the bar to whoever watches a terminal.
    screen = sys.stderr
    with click.progressbar(length=found.size, label=kind.title, file=screen, hidden=not screen.isatty()) as bar:
        return run_import(Import(db, kind, path, found, by, apply, lambda read: bar.update(read - bar.pos), report.add))


def _tell(kind: Kind, outcome: Outcome, report: RefusedLines, apply: bool) -> None:
    counts = outcome.counts
    click.echo(
        f"{kind.title}: {counts['new']} novos, {counts['changed']} mudados, {counts['same']} iguais,"
        f" {counts['refused']} recusados."
    )
    if outcome.ignored:
        click.echo(f"Colunas desconhecidas, ignoradas: {', '.join(outcome.ignored)}")
    for change in outcome.changes:
        click.echo(f"  linha {change.line}, {change.label}: {' → '.join(in_words(change))}")
    for refusal in outcome.kept[:_SHOWN_REFUSALS]:
        click.echo(f"  linha {refusal.line}{', ' if refusal.field else ''}{refusal.field}: recusada, {refusal.reason}")
    if counts["refused"]:
        click.echo(f"Todas as recusadas: {report.path}")
    click.echo("Gravado." if apply else "Prévia: nada foi gravado. Para gravar, repita com --apply.")
