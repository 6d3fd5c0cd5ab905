"""Commands about payment gateways: which there are and what each needs, and whether the configured one answers."""

from __future__ import annotations

import click

from billing.gateway import gateway_kinds
from cli_database import told
from core.errors import Failure, Misconfigured, Refused
from core.masking import mask_personal_data
from wiring_gateway import connect, simulated_options
from wiring_settings import SIMULATED, gateway_problems

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
    kind, options = told("GATEWAY"), told("GATEWAY_OPTIONS")
    if not kind:
        raise click.ClickException("GATEWAY não está definido.")
    if kind == SIMULATED:
        options = _simulated()
    elif problems := gateway_problems(kind, options):
        raise click.ClickException("\n".join(problems))
    try:
        connect(kind, options).find(NOBODYS_KEY)
    except Failure as failure:
        raise click.ClickException(_in_words(failure)) from failure
    click.echo("O gateway respondeu.")


def _simulated() -> str:
    """Nobody writes the options of the demonstration's bank: they are those of the system that runs here."""
    port, secret = told("PORT"), told("META_APP_SECRET")
    if not (port and secret):
        raise click.ClickException(f"GATEWAY={SIMULATED} só responde onde o `make run` está rodando (DATA_DIR).")
    return simulated_options(port, secret)


def _in_words(failure: Failure) -> str:
    said = mask_personal_data(str(failure))
    if isinstance(failure, Misconfigured):
        return f"O gateway não aceita a nossa configuração ({said}). Confira GATEWAY e GATEWAY_OPTIONS."
    if isinstance(failure, Refused):
        return f"O gateway recusou o pedido ({said})."
    return f"O gateway não respondeu como esperado ({said}). Confira o endereço e a rede."
