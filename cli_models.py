"""Commands over the trained models: list, train, evaluate, compare, promote, roll back, shadow, forget, draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import click

from nlu import offline, pictures
from nlu.comparison import Change, changes, objections
from nlu.intent_names import intent_names
from nlu.labelled import Labelled, Unreadable, files, read
from nlu.measures import Outcome
from nlu.noise import noisy
from nlu.registry import CURRENT, PREVIOUS, SHADOW, Facts, Registry, UnknownModel
from nlu.report import misses, table
from nlu.train import CannotTrain, train

_SEED = 7
_POINTERS = {CURRENT: "em uso", PREVIOUS: "anterior", SHADOW: "na sombra"}
_TRAIN_FIRST = "Nenhum modelo em uso em {folder}. Rode: python -m nlu.train"
_labelled_files = click.option(
    "--file",
    "chosen",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Mensagens rotuladas (JSON Lines). Pode repetir. Sem ela: as de avaliação e as do provedor.",
)


@contextmanager
def _problems_told() -> Iterator[None]:
    """What goes wrong with models and files becomes one clear sentence and exit code 1."""
    try:
        yield
    except (CannotTrain, UnknownModel, Unreadable, offline.CannotRead, pictures.CannotDraw) as problem:
        raise click.ClickException(str(problem)) from problem


@click.command("models")
def models_command() -> None:
    """Lista os modelos treinados e diz qual responde, qual é o anterior e qual está na sombra."""
    registry = Registry()
    found = registry.models()
    if not found:
        click.echo(f"Nenhum modelo em {registry.folder}. Rode: python cli.py nlu train")
        return
    click.echo(f"{'modelo':<14}{'treinado em (UTC)':<19}{'exemplos':>9}{'treino':>9}  situação")
    pointed = registry.pointers()
    for facts in found:
        state = ", ".join(word for name, word in _POINTERS.items() if pointed.get(name) == facts.fingerprint)
        click.echo(_line(facts) + (f"  {state}" if state else ""))


def _line(facts: Facts) -> str:
    when = facts.trained_at[:16].replace("T", " ")
    return f"{facts.fingerprint:<14}{when:<19}{facts.examples:>9}{facts.seconds:>7.0f} s"


@click.command("train")
def train_command() -> None:
    """Treina um modelo dos exemplos atuais ao lado do que responde; não muda nada no atendimento."""
    registry = Registry()
    with _problems_told():
        fingerprint = train(registry)
    if registry.pointed(CURRENT) == fingerprint:
        click.echo(f"O modelo {fingerprint} é o dos exemplos atuais e já responde.")
        return
    click.echo(f"O modelo {fingerprint} está pronto e ainda não responde a ninguém. Para continuar:")
    if registry.has(registry.pointed(CURRENT)):
        click.echo(f"  python cli.py nlu compare {fingerprint}   # mensagem por mensagem com o que responde")
        click.echo(f"  python cli.py nlu shadow {fingerprint}    # lê junto as mensagens de verdade, sem responder")
    click.echo(f"  python cli.py nlu promote {fingerprint}   # passa a responder")


@click.command("evaluate")
@click.argument("model", required=False)
@_labelled_files
@click.option("--misses", "show_misses", is_flag=True, help="Mostra também cada mensagem que não foi lida como devia.")
@click.option(
    "--noise",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Antes, estraga a grafia das mensagens com esta força (português).",
)
def evaluate_command(model: str | None, chosen: tuple[Path, ...], show_misses: bool, noise: float) -> None:
    """Mede MODEL (sem ele, o que responde) com mensagens rotuladas que nunca entram no treino."""
    with _problems_told():
        columns = _measured(Registry(), model, chosen, noise)
    click.echo(table(columns))
    if show_misses:
        click.echo("\n" + misses(list(columns.values())[-1]))


@click.command("compare")
@click.argument("model")
@click.argument("other", required=False)
@_labelled_files
@click.option(
    "--allow",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="Quantos pontos de acerto MODEL pode ter a menos.",
)
def compare_command(model: str, other: str | None, chosen: tuple[Path, ...], allow: float) -> None:
    """Compara MODEL com OTHER (sem ele, o que responde), mensagem por mensagem.

    Termina com código 1 se o acerto cair mais que --allow, ou se uma intenção que mexe na rede ou em dinheiro perder
    mais de 1 ponto de precisão no que responde.
    """
    registry = Registry()
    with _problems_told():
        new, old = registry.find(model), _wanted(registry, other)
        messages = [message for path in _paths(chosen, registry, new) for message in read(path, intent_names())]
        before = offline.outcomes(registry.path(old), messages)
        after = offline.outcomes(registry.path(new), messages)
    better, worse = changes(before, after)
    for title, found in (("Melhor", better), ("Pior", worse)):
        _show(title, found)
    click.echo(table({old: before, new: after}, difference=True))
    against = objections(before, after, allow / 100)
    if against:
        raise click.ClickException(" ".join(against))


def _show(title: str, found: Sequence[Change]) -> None:
    click.echo(f"{title}: {len(found)}")
    for change in found:
        click.echo(f"  {change}")
    click.echo()


@click.command("promote")
@click.argument("model")
def promote_command(model: str) -> None:
    """Faz MODEL responder; os servidores trocam sozinhos, sem perder mensagem. Basta o começo do nome."""
    registry = Registry()
    with _problems_told():
        fingerprint = registry.find(model)
        if registry.pointed(CURRENT) == fingerprint:
            raise click.ClickException(f"O modelo {fingerprint} já é o que responde.")
        offline.check(registry.path(fingerprint))
        registry.promote(fingerprint)
    click.echo(f"O modelo {fingerprint} responde a partir de agora. Para voltar: python cli.py nlu rollback")


@click.command("rollback")
def rollback_command() -> None:
    """Volta ao modelo anterior; os servidores trocam sozinhos."""
    registry = Registry()
    with _problems_told():
        before = registry.pointed(PREVIOUS)
        if registry.has(before):
            offline.check(registry.path(before))
        registry.go_back()
    click.echo(f"O modelo {before} responde a partir de agora. Para desfazer: python cli.py nlu rollback")


@click.command("shadow")
@click.argument("model", metavar="MODEL|off")
def shadow_command(model: str) -> None:
    """Faz MODEL ler junto sem responder, para comparar com mensagens de verdade; `off` encerra."""
    registry = Registry()
    if model == "off":
        registry.shadow("")
        click.echo("Nenhum modelo na sombra.")
        return
    with _problems_told():
        fingerprint = registry.find(model)
        if registry.pointed(CURRENT) == fingerprint:
            raise click.ClickException(f"O modelo {fingerprint} já é o que responde.")
        offline.check(registry.path(fingerprint))
        registry.shadow(fingerprint)
    click.echo(f"O modelo {fingerprint} lê junto a partir de agora. Para encerrar: python cli.py nlu shadow off")


@click.command("forget")
@click.option("--keep", required=True, type=click.IntRange(min=1), help="Quantos dos mais novos ficam.")
def forget_command(keep: int) -> None:
    """Apaga os modelos mais velhos, menos os que estão em uso, o anterior e o da sombra."""
    gone = Registry().forget_all_but(keep)
    click.echo(f"Apagados: {', '.join(gone)}." if gone else "Não há modelo a apagar.")


@click.command("pictures")
def pictures_command() -> None:
    """Desenha as figuras de docs/images e refaz a tabela de docs/nlu.md com o modelo que responde."""
    with _problems_told():
        columns = _measured(Registry(), None, ())
        written = pictures.write(columns)
    for path in written:
        click.echo(path)


def _wanted(registry: Registry, model: str | None) -> str:
    """The model that was named, or the one in use. Raises UnknownModel."""
    if model:
        return registry.find(model)
    current = registry.pointed(CURRENT)
    if not current:
        raise UnknownModel(_TRAIN_FIRST.format(folder=registry.folder))
    if not registry.has(current):
        raise UnknownModel(f"Falta o modelo {registry.path(current)}. Rode: python -m nlu.train")
    return current


def _measured(
    registry: Registry, model: str | None, chosen: Sequence[Path], noise: float = 0.0
) -> dict[str, list[Outcome]]:
    """A column for each file by its name, and one for all where there are several. `noise` is that of nlu.noise."""
    wanted = _wanted(registry, model)
    sets: dict[str, list[Labelled]] = {}
    for path in _paths(chosen, registry, wanted):
        typed = Random(_SEED)  # noqa: S311 - the same mistakes each time
        messages = [replace(message, text=noisy(message.text, typed, noise)) for message in read(path, intent_names())]
        sets.setdefault(path.stem, []).extend(messages)
    every = offline.outcomes(registry.path(wanted), [message for messages in sets.values() for message in messages])
    columns: dict[str, list[Outcome]] = {}
    at = 0
    for name, messages in sets.items():
        columns[name] = every[at : at + len(messages)]
        at += len(messages)
    return columns if len(columns) == 1 else {**columns, "todas": every}


def _paths(chosen: Sequence[Path], registry: Registry, model: str) -> Sequence[Path]:
    return chosen or files(registry.facts(model).language)


COMMANDS = (
    models_command,
    train_command,
    evaluate_command,
    compare_command,
    promote_command,
    rollback_command,
    shadow_command,
    forget_command,
    pictures_command,
)
"""What belongs under `cli.py nlu`."""
