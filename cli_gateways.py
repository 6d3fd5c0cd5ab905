"""Commands about payment gateways: which there are and what each needs, and whether the configured one answers."""

from __future__ import annotations

import click

from billing.gateway import gateway_kinds
from core.errors import Failure
from core.settings import SettingsError, load
from wiring_gateway import gateway_of

# No charge of ours has this key.
NOBODYS_KEY = "religateste0"


@click.group()
def gateways() -> None:
    """Bancos e gateways de pagamento."""


@gateways.command("kinds")
def kinds_command() -> None:
    """Mostra os gateways e os campos de cada um, que vão em GATEWAY_OPTIONS."""
    for name, kind in sorted(gateway_kinds().items()):
        click.echo(f"{name} - {kind.title}")
        for item in kind.fields:
            marks = [mark for mark, on in (("obrigatório", item.required), ("secreto", item.secret)) if on]
            marks += [f"padrão {item.default}"] if item.default else []
            about = f" - {item.about}" if item.about else ""
            click.echo(f"  {item.name:<20} {item.label}" + (f" [{', '.join(marks)}]" if marks else "") + about)


@gateways.command("test")
def test_command() -> None:
    """Procura uma cobrança que não existe no gateway configurado; não cria nem muda nada."""
    try:
        gateway = gateway_of(load())
        if gateway is None:
            raise click.ClickException("GATEWAY não está definido.")
        gateway.find(NOBODYS_KEY)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    except Failure as failure:
        raise click.ClickException(f"O gateway não respondeu como esperado: {failure}") from failure
    click.echo("O gateway respondeu.")
