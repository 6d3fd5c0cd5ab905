"""Commands about message templates: list, lint, push, sync."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import click
from sqlalchemy import select

from cli_database import database, database_url, kept_where
from core.errors import Failure
from core.settings import Settings, SettingsError, load
from environment import kept_environment
from handoff.template_wording import QUALITY, category_name, purpose_name, status_name
from models.channel_template import SUPERSEDED, ChannelTemplate
from webhooks.channels.template_ports import TemplateAdmin
from webhooks.sync_templates import missing, push_missing, sync_channel
from webhooks.template_files import FOLDER, TemplateFile, UnreadableTemplate, read_templates
from webhooks.template_lint import problems
from wiring_channels import template_admins

NOT_SET_UP = (
    "Nenhum canal tem modelos: falta META_ACCOUNT_ID (com META_ACCESS_TOKEN) ou TWILIO_ACCOUNT_SID nas configurações."
)


@dataclass(frozen=True)
class Place:
    """Where the commands work: the settings, and who keeps the templates of each channel."""

    settings: Settings
    admins: Mapping[str, TemplateAdmin]
    files: Sequence[TemplateFile]


@click.group()
def templates() -> None:
    """Modelos de mensagem do WhatsApp."""


@templates.command("list")
@database_url
def list_command(database_url: str | None) -> None:
    """Mostra os modelos como estão nos canais, pela última sincronização."""
    with database(database_url) as db, db.reading() as session:
        rows = session.scalars(select(ChannelTemplate).order_by(ChannelTemplate.channel, ChannelTemplate.name)).all()
        lines = [_line(row) for row in rows]
    if not lines:
        click.echo("Nenhum modelo ainda. Rode: python cli.py templates sync")
        return
    head = (
        "canal",
        "modelo",
        "idioma",
        "para quê",
        "estado",
        "categoria",
        "pedida",
        "qualidade",
        "cobrança",
        "bloqueio",
    )
    _table([head, *lines])


@templates.command("lint")
def lint_command() -> None:
    """Confere os arquivos de templates/ contra as regras da Meta."""
    languages = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    files = _files(languages)
    faults = [fault for file in files for fault in problems(file)]
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.ClickException(f"{len(faults)} problemas em {len(files)} modelos.")
    click.echo(f"{len(files)} modelos, nenhum problema.")


@templates.command("push")
@database_url
@click.option("--yes", is_flag=True, help="Envia de verdade. Sem isto, só mostra o que seria enviado.")
def push_command(database_url: str | None, yes: bool) -> None:
    """Envia para aprovação os modelos de templates/ que faltam nos canais. Pode ser repetido."""
    place = _place()
    faults = [fault for file in place.files for fault in problems(file)]
    if faults:
        raise click.ClickException("\n".join(faults))
    for channel, admin in place.admins.items():
        try:
            _push(channel, admin, place.files, really=yes)
            if yes:
                with database(database_url) as db:
                    sync_channel(db, channel, admin, place.files)
        except Failure as failure:
            raise click.ClickException(f"{channel}: {failure}") from failure


@templates.command("sync")
@database_url
def sync_command(database_url: str | None) -> None:
    """Atualiza o estado dos modelos a partir dos canais. A cada hora isto acontece sozinho."""
    place = _place()
    with database(database_url) as db:
        for channel, admin in place.admins.items():
            try:
                count = sync_channel(db, channel, admin, place.files)
            except Failure as failure:
                raise click.ClickException(f"{channel}: {failure}") from failure
            click.echo(f"{channel}: {count} modelos.")


def _push(channel: str, admin: TemplateAdmin, files: Sequence[TemplateFile], *, really: bool) -> None:
    if not really:
        names = [file.name for file in missing(admin.listed(), files)]
        for name in names:
            click.echo(f"{channel}: {name} seria enviado")
        click.echo(
            f"{channel}: {len(names)} a enviar. Repita com --yes para enviar." if names else f"{channel}: nada falta."
        )
        return
    results = push_missing(channel, admin, files)
    for one in results:
        what = f"recusado ({one.refused})" if one.refused else status_name(one.status)
        click.echo(f"{channel}: {one.file.name}: {what}")
    click.echo(f"{channel}: {sum(not one.refused for one in results)} enviados.")


def _place() -> Place:
    """The settings of the environment, else those of `make run` here. Ends the command where no channel has any."""
    try:
        settings = load()
    except SettingsError as error:
        kept = kept_environment(kept_where())
        if not kept:
            raise click.ClickException(str(error)) from error
        settings = load(kept)
    admins = template_admins(settings)
    if not admins:
        raise click.ClickException(NOT_SET_UP)
    return Place(settings, admins, _files([settings.customer_language]))


def _files(languages: Iterable[str]) -> list[TemplateFile]:
    try:
        return [file for language in languages for file in read_templates(language)]
    except UnreadableTemplate as error:
        raise click.ClickException(str(error)) from error


def _line(row: ChannelTemplate) -> tuple[str, ...]:
    blocked = {None: "", SUPERSEDED: "substituído por texto novo"}.get(row.blocked_for, row.blocked_for or "")
    return (
        row.channel,
        row.name,
        row.language,
        purpose_name(row.purpose, "-"),
        status_name(row.status) + (f" ({row.reason})" if row.reason else ""),
        category_name(row.category),
        category_name(row.category_expected) if row.category_expected else "-",
        QUALITY.get(row.quality, row.quality.lower()),
        cost_name(row),
        blocked,
    )


def cost_name(row: ChannelTemplate) -> str:
    """What it is charged as, with a mark where that is not what was asked for."""
    changed = bool(row.category_expected) and row.category != row.category_expected
    return f"{category_name(row.category)}{' (mudou!)' if changed else ''}"


def _table(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
