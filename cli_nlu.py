"""Commands about understanding: export what people reviewed, and show how it goes week by week."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click
from sqlalchemy.orm import Session

from cli_database import database, database_url
from core.dates import format_date
from core.errors import Misconfigured
from handoff.console.ports import house
from handoff.drift import Drift, Margin, by_week, compare, margin_of
from handoff.examples import Harvest, gather, labelled, mark_exported, training_data
from models import utc_now
from models.provider import provider_policies

file_path = click.Path(dir_okay=False, path_type=Path)


@click.group("nlu")
def nlu() -> None:
    """O que o robô entende: modelos, figuras, exportar o que foi revisado, ver como está."""


@nlu.command("export")
@click.argument("file", required=False, type=file_path)
@click.option("--labelled", "labelled_file", type=file_path, help="Arquivo JSON Lines para medir, em vez de treinar.")
@click.option("--again", is_flag=True, help="Inclui o que já foi exportado.")
@database_url
def export_command(file: Path | None, labelled_file: Path | None, again: bool, database_url: str | None) -> None:
    """Grava em FILE (YAML do Rasa) as mensagens revisadas, sem dados pessoais; cada uma sai uma vez só.

    Com FILE e --labelled, uma em cada cinco vai para medir e as outras para treinar, nunca a mesma para os dois.
    """
    targets = [path for path in (file, labelled_file) if path]
    if not targets:
        raise click.UsageError("Diga o arquivo a gravar: nlu export FILE, ou --labelled FILE.")
    for path in targets:
        _writable(path)
    with database(database_url) as db, db.transaction() as session:
        harvest = gather(session, again=again)
        files = _contents(harvest, file, labelled_file)
        # Before the commit: what could not be written stays to be exported.
        _write(files)
        mark_exported(session, harvest)
    click.echo(_told(harvest, files))


@nlu.command("drift")
@click.option("--weeks", default=12, show_default=True, type=click.IntRange(1, 520), help="Quantas semanas mostrar.")
@database_url
def drift_command(weeks: int, database_url: str | None) -> None:
    """Mostra por semana quantas leituras houve, quantas sem certeza, e quantas palavras o modelo nunca viu."""
    with database(database_url) as db, db.reading() as session:
        _show_drift(session, weeks)


def _show_drift(session: Session, weeks: int) -> None:
    now = utc_now()
    try:
        margin = margin_of(provider_policies(session))
    except Misconfigured as problem:
        raise click.ClickException(problem.detail) from problem
    table = by_week(session, now, house(session).zone, weeks)
    if not table:
        click.echo("Ainda não há leituras.")
        return
    click.echo(f"{'semana de':<14}{'leituras':>9}{'sem certeza':>13}{'desconhecidas':>15}")
    found = compare(session, now, margin)
    rows = [(format_date(monday), shares) for monday, shares in table]
    for name, shares in [*rows, ("28 anteriores", found.before), ("últimos 7 dias", found.now)]:
        click.echo(f"{name:<14}{shares.readings:>9}{shares.fallbacks:>13.1%}{shares.unknown:>15.1%}")
    click.echo(_verdict(found, margin))


def _verdict(found: Drift, margin: Margin) -> str:
    if found.worse:
        return f"Piorou: mais de {margin.times:g} vezes o que era."
    if min(found.now.readings, found.before.readings) < margin.at_least:
        return f"Ainda não há {margin.at_least} leituras nos dois períodos para comparar."
    return f"Não piorou além da margem ({margin.times:g} vezes)."


def _writable(path: Path) -> None:
    if os.path.exists(path):
        raise click.ClickException(f"{path} já existe: escolha outro nome, para não perder o que está nele.")
    if not os.path.isdir(path.parent):
        raise click.ClickException(f"A pasta {path.parent} não existe.")


def _contents(harvest: Harvest, file: Path | None, labelled_file: Path | None) -> dict[Path, tuple[str, int]]:
    """By file: what to write and how many examples that is. A file without any is not written."""
    measured = [each for each in harvest.examples if labelled_file and (each.for_measuring or not file)]
    trained = [each for each in harvest.examples if file and each not in measured]
    files: dict[Path, tuple[str, int]] = {}
    if file and trained:
        files[file] = (training_data(trained), len(trained))
    if labelled_file and measured:
        files[labelled_file] = (labelled(measured), len(measured))
    return files


def _write(files: Mapping[Path, tuple[str, int]]) -> None:
    """All files whole, or none."""
    try:
        with ExitStack() as stack:
            ready = []
            for path, (text, _) in files.items():
                folder = stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-"))
                ready.append((Path(folder) / path.name, path))
                ready[-1][0].write_text(text, encoding="utf-8")
            for written, path in ready:
                os.replace(written, path)
    except OSError as error:
        raise click.ClickException(f"Não deu para gravar: {error.strerror} ({error.filename}).") from error


def _told(harvest: Harvest, files: Mapping[Path, tuple[str, int]]) -> str:
    lines = [f"{path}: {count} {'exemplo' if count == 1 else 'exemplos'}." for path, (_, count) in files.items()]
    if not lines:
        lines.append("Não há nada novo para exportar: nenhum arquivo foi gravado.")
    if harvest.repeated:
        lines.append(f"Ficaram de fora por repetidas: {harvest.repeated}.")
    if harvest.unfit:
        lines.append(f"Ficaram de fora por não servirem de exemplo: {harvest.unfit}.")
    return "\n".join(lines)
