"""Commands for whoever installs, runs or changes it: database, people, ERP, devices, costs, templates, nlu, docs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

import migrations
from cli_agents import agents
from cli_billing import export_command, import_command
from cli_channels import channel, costs_command
from cli_database import address, database, database_url
from cli_devices import devices
from cli_erp import erp
from cli_gateways import gateways
from cli_models import COMMANDS
from cli_nlu import nlu
from cli_reconcile import reconcile_command
from cli_simulator import simulator
from cli_templates import templates
from demo import DEMO_FILE, seed_demo
from webhooks.api.page import page as api_page
from webhooks.channels.kinds_page import page

ROOT = Path(__file__).resolve().parent
# From the front door inwards; "" is the front hall, whose modules lie at the top.
ROOMS = ("", "webhooks", "bot", "handoff", "nlu", "provisioning", "billing", "models", "core", "migrations", "bench")


@click.group()
def main() -> None:
    """Comandos do Religa."""


main.add_command(nlu)
main.add_command(agents)
main.add_command(templates)
main.add_command(channel)
main.add_command(costs_command)
main.add_command(reconcile_command)
main.add_command(simulator)
main.add_command(devices)
main.add_command(erp)
main.add_command(import_command)
main.add_command(export_command)
main.add_command(gateways)
for command in COMMANDS:
    nlu.add_command(command)


@main.command("migrate")
@database_url
def migrate_command(database_url: str | None) -> None:
    """Traz o banco de dados para o esquema atual. Pode ser repetido."""
    try:
        migrations.upgrade(address(database_url))
    except OperationalError as error:
        raise click.ClickException(f"O banco de dados não respondeu ({type(error.orig).__name__}).") from error
    click.echo("Banco de dados atualizado.")


@main.command("seed-demo")
@database_url
@click.option(
    "--agent-password",
    prompt="Senha dos atendentes da demonstração",
    hide_input=True,
    help="Senha das contas que são criadas.",
)
def seed_demo_command(database_url: str | None, agent_password: str) -> None:
    """Carrega o provedor de demonstração em um banco vazio; se já houver um provedor, não muda nada."""
    with database(database_url) as db:
        seeded = seed_demo(db, DEMO_FILE, agent_password)
    click.echo("Provedor de demonstração carregado." if seeded else "Já existe um provedor; nada foi mudado.")


@main.command("file-map")
def file_map_command() -> None:
    """Escreve o mapa do código, feito da primeira linha de cada módulo: docs/file-map.md."""
    click.echo("# File map\n\nMade from the first line of each module: `python cli.py file-map > docs/file-map.md`.")
    for room in ROOMS:
        click.echo(f"\n## {room or 'front hall'}\n\n| file | what it is |\n|---|---|")
        for path, caption in _captions(room):
            click.echo(f"| `{path}` | {caption.replace('|', chr(92) + '|')} |")


@main.command("api-page")
def api_page_command() -> None:
    """Escreve a página da API para outros sistemas: docs/api.md."""
    click.echo(api_page())


@main.command("inbound-table")
def inbound_table_command() -> None:
    """Escreve a página sobre tudo o que o WhatsApp envia e o que isso faz: docs/whatsapp-inbound.md."""
    click.echo(page(), nl=False)


def _captions(room: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / room).glob("**/*.py" if room else "*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "/." in name:
            continue
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if docstring:
            yield name, docstring.splitlines()[0]


if __name__ == "__main__":
    main()
