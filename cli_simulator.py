"""Commands over the built-in WhatsApp: make it misbehave, calm it, ask what it still owes."""

from __future__ import annotations

from typing import Any

import click

from cli_database import kept_where
from core.errors import Failure
from core.http import make_session, send
from environment import kept_environment
from webhooks.simulator.failures import MODES

TIMEOUT = (3.0, 10.0)


@click.group()
@click.option("--url", help="Endereço do Religa. Sem ele, o do `make run` desta pasta.")
@click.pass_context
def simulator(context: click.Context, url: str | None) -> None:
    """O WhatsApp de mentira: dificuldades para ensaiar."""
    context.obj = (url or f"http://127.0.0.1:{kept_environment(kept_where()).get('PORT', '8000')}").rstrip("/")


@simulator.command("modes")
def modes_command() -> None:
    """Lista as dificuldades que existem."""
    for scope, modes in MODES.items():
        click.echo(f"{scope}:")
        for mode, about in modes.items():
            click.echo(f"  {mode:<16} {about}")


@simulator.command("trouble")
@click.argument("mode")
@click.option("--on", "scope", type=click.Choice(tuple(MODES)), default="messages", help="Em quê.")
@click.option("--times", type=click.IntRange(1), help="Quantas vezes. Sem isto, até desligar.")
@click.option("--chance", type=click.FloatRange(0, 100), default=100.0, help="Em quantos por cento das vezes.")
@click.option("--seconds", type=click.FloatRange(0, 120), default=0.0, help="Segundos, onde o modo os pede.")
@click.option("--amount", type=click.IntRange(0, 1000), default=0, help="Quantos, onde o modo o pede.")
@click.option("--code", type=click.IntRange(0), default=0, help="Código do Graph, onde o modo o pede.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Com a mesma semente, a mesma sorte.")
@click.pass_obj
def trouble_command(url: str, /, mode: str, scope: str, times: int | None, chance: float, **rest: float) -> None:
    """Liga uma dificuldade: MODE é um dos de `simulator modes`, ou um código do Graph."""
    _show(_call(url, {"mode": mode, "on": scope, "next": times, "chance": chance / 100, **rest}))


@simulator.command("calm")
@click.pass_obj
def calm_command(url: str) -> None:
    """Desliga todas as dificuldades."""
    _show(_call(url, {"clear": True}))


@simulator.command("state")
@click.pass_obj
def state_command(url: str) -> None:
    """Mostra as dificuldades ligadas e os webhooks que faltam entregar."""
    _show(_call(url, None))


def _call(url: str, wanted: dict[str, Any] | None) -> dict[str, Any]:
    method = "GET" if wanted is None else "POST"
    try:
        answer = send(make_session(), method, f"{url}/simulator/control", timeout=TIMEOUT, json=wanted)
    except Failure as failure:
        raise click.ClickException(f"O simulador não respondeu em {url} ({failure.code}).") from failure
    if answer.status_code == 404:
        raise click.ClickException(f"Em {url} não há simulador: o canal é o WhatsApp de verdade.")
    if not answer.ok:
        raise click.ClickException(f"O simulador recusou ({answer.status_code}); veja `simulator modes`.")
    state: dict[str, Any] = answer.json()
    return state


def _show(state: dict[str, Any]) -> None:
    for one in state["failures"]:
        times = "até desligar" if one["remaining"] is None else f"mais {one['remaining']}"
        extra = "".join(f", {name} {one[name]:g}" for name in ("seconds", "amount", "code") if one[name])
        click.echo(f"{one['scope']}: {one['mode']} ({times}, {100 * one['chance']:g} %{extra})")
    if not state["failures"]:
        click.echo("Nenhuma dificuldade ligada.")
    click.echo(f"Webhooks a entregar: {state['webhooks_waiting']}. Mensagens perdidas: {state['dropped']}.")
