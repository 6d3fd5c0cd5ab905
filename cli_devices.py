"""Commands about the network's equipment: which kinds there are, what is configured, add, change, test, remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from sqlalchemy import select

from cli_database import database, database_url, told
from core.errors import Misconfigured
from models.device import Device
from provisioning import device_admin
from provisioning.devices import DevicePlant
from provisioning.driver import Driver, drivers
from provisioning.vault import Vault

name_argument = click.argument("name")
field_option = click.option("--field", "pairs", multiple=True, metavar="NOME=VALOR", help="Um campo aberto do driver.")
secret_option = click.option(
    "--secret-file",
    "secret_files",
    multiple=True,
    metavar="NOME=ARQUIVO",
    help="Lê um segredo da primeira linha de um arquivo. Sem ele, é perguntado sem aparecer na tela.",
)


@click.group()
def devices() -> None:
    """Equipamentos da rede: OLTs, roteadores, ACS."""


@devices.command("kinds")
def kinds_command() -> None:
    """Mostra os tipos de equipamento e os campos de cada um."""
    for kind, driver in sorted(drivers().items()):
        click.echo(f"{kind} - {driver.title} ({driver.role})")
        for item in driver.fields:
            marks = [mark for mark, on in (("obrigatório", item.required), ("secreto", item.secret)) if on]
            marks += [f"padrão {item.default}"] if item.default else []
            click.echo(f"  {item.name:<20} {item.label}" + (f" [{', '.join(marks)}]" if marks else ""))


@devices.command("list")
@database_url
def list_command(database_url: str | None) -> None:
    """Mostra o que está cadastrado, sem segredos."""
    with database(database_url) as db, db.reading() as session:
        for row in session.scalars(select(Device).order_by(Device.name)):
            state = "" if row.enabled else ", desligado"
            state += f", {row.failures} falhas seguidas ({row.last_error})" if row.failures else ""
            click.echo(f"{row.name} - {row.kind} ({row.role}{state})")
            driver = drivers().get(row.kind)
            for label, value in device_admin.shown(row, driver) if driver else ():
                click.echo(f"  {label}: {value}")


@devices.command("add")
@name_argument
@click.option("--kind", required=True, help="Um tipo de `devices kinds`.")
@field_option
@secret_option
@click.option("--pop", default="", help="O POP em que fica.")
@click.option("--per-minute", default=0, show_default=True, help="Comandos por minuto, 0 sem limite.")
@database_url
def add_command(
    name: str,
    kind: str,
    pairs: Iterable[str],
    secret_files: Iterable[str],
    pop: str,
    per_minute: int,
    database_url: str | None,
) -> None:
    """Cadastra um equipamento."""
    driver = drivers().get(kind)
    fields = _fields(driver, pairs, secret_files, frozenset())
    with database(database_url) as db, db.transaction() as session:
        _done(
            device_admin.add_device(
                session, _vault(), name=name, kind=kind, fields=fields, pop=pop, per_minute=per_minute
            ),
            f"{name} cadastrado. Teste com: devices test {name}",
        )


@devices.command("change")
@name_argument
@field_option
@secret_option
@click.option("--pop", help="O POP em que fica.")
@click.option("--per-minute", type=int, help="Comandos por minuto, 0 sem limite.")
@click.option("--on/--off", "enabled", default=None, help="Liga ou desliga: um desligado não é consultado.")
@click.option("--ask-secrets", is_flag=True, help="Pergunta os segredos de novo; vazio deixa o que está guardado.")
@database_url
def change_command(
    name: str,
    pairs: Iterable[str],
    secret_files: Iterable[str],
    pop: str | None,
    per_minute: int | None,
    enabled: bool | None,
    ask_secrets: bool,
    database_url: str | None,
) -> None:
    """Muda o que for dito; o resto fica como está."""
    with database(database_url) as db:
        with db.reading() as session:
            row = session.scalars(select(Device).where(Device.name == name)).one_or_none()
            driver = drivers().get(row.kind) if row else None
        # Asked before the transaction: a person may take minutes.
        known = frozenset(item.name for item in driver.fields) if driver else frozenset()
        fields = _fields(driver, pairs, secret_files, frozenset() if ask_secrets else known)
        with db.transaction() as session:
            problem = device_admin.change_device(
                session, _vault(), name=name, fields=fields, pop=pop, per_minute=per_minute
            )
            if not problem and enabled is not None:
                problem = device_admin.set_enabled(session, name, enabled)
            _done(problem, f"{name} mudado.")


@devices.command("test")
@name_argument
@database_url
def test_command(name: str, database_url: str | None) -> None:
    """Conecta e lê algo inofensivo; não muda nada no equipamento."""
    simulated = {"url": told("SIMULATED_NETWORK_URL")}
    defaults = {"simulator": simulated, "simulator_acs": simulated} if simulated["url"] else {}
    with database(database_url) as db:
        answered, text = device_admin.test_device(name, DevicePlant(db, _vault(), None, defaults))
    if not answered:
        raise click.ClickException(text)
    click.echo(text)


@devices.command("remove")
@name_argument
@click.confirmation_option(prompt="Remover o equipamento e o registro dele?")
@database_url
def remove_command(name: str, database_url: str | None) -> None:
    """Remove um equipamento em que não há contratos nem ações abertas."""
    with database(database_url) as db, db.transaction() as session:
        _done(device_admin.remove_device(session, name), f"{name} removido.")


def _done(problem: str, text: str) -> None:
    """Ends the command, and its transaction, with the problem if there is one."""
    if problem:
        raise click.ClickException(problem)
    click.echo(text)


def _fields(
    driver: Driver | None, pairs: Iterable[str], secret_files: Iterable[str], not_asked: frozenset[str]
) -> dict[str, str]:
    """Every field that was given; secrets from files, the others asked for without showing them."""
    secret = {item.name: item for item in driver.fields if item.secret} if driver else {}
    opened = _pairs(pairs)
    if shown := opened.keys() & secret.keys():
        raise click.UsageError(f"{', '.join(sorted(shown))} é secreto: use --secret-file, ou espere a pergunta.")
    given = {name: _first_line(path) for name, path in _pairs(secret_files).items()}
    for name, item in secret.items():
        if name not in given and name not in not_asked:
            given[name] = click.prompt(item.label, hide_input=True, default="", show_default=False)
    return {**opened, **given}


def _pairs(given: Iterable[str]) -> Mapping[str, str]:
    found = dict(pair.partition("=")[::2] for pair in given)
    if "" in found or not all("=" in pair for pair in given):
        raise click.UsageError("Esperado NOME=VALOR.")
    return found


def _first_line(path: str) -> str:
    try:
        return (Path(path).read_text(encoding="utf-8").splitlines() or [""])[0]
    except OSError as error:
        raise click.ClickException(f"{path} não pôde ser lido ({error.strerror}).") from error


def _vault() -> Vault | None:
    """Opens with the environment's DEVICE_KEY, else with that of `make run` here."""
    key = told("DEVICE_KEY")
    try:
        return Vault(key) if key else None
    except Misconfigured as error:
        raise click.ClickException("DEVICE_KEY: esperados 32 bytes em base64 seguro para URL.") from error
