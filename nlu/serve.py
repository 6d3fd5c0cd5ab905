"""The Rasa server as a process: replaces itself by Rasa's interpreter, bound to loopback, with the promoted model."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from nlu.environment import environment_python
from nlu.registry import CURRENT, Registry, UnknownModel
from nlu.train import rasa_environment

DEFAULT_PORT = 5005


class CannotServe(Exception):
    """The server cannot start; the text says which file is missing and what to run."""


def port_from(environment: Mapping[str, str]) -> int:
    """The port: NLU_PORT, else that of NLU_URL, else 5005. Raises CannotServe for one that is no port."""
    text = environment.get("NLU_PORT", "")
    try:
        port = int(text) if text else urlsplit(environment.get("NLU_URL", "")).port or DEFAULT_PORT
    except ValueError as error:
        raise CannotServe("NLU_PORT ou NLU_URL: porta inválida. Exemplo: NLU_PORT=5005") from error
    if not 0 < port < 65536:
        raise CannotServe(f"NLU_PORT={port}: esperado de 1 a 65535. Exemplo: NLU_PORT=5005")
    return port


def command(environment: Mapping[str, str]) -> list[str]:
    """The command line of the server.

    Raises CannotServe without an environment, a model of the customers' language, or a valid port.
    """
    if not environment_python().exists():
        raise CannotServe("Falta o ambiente do Rasa (nlu/.venv). Rode: python -m nlu.environment")
    registry = Registry()
    current = registry.pointed(CURRENT)
    if not registry.has(current):
        missing = registry.path(current) if current else registry.folder / CURRENT
        raise CannotServe(f"Falta o modelo {missing}. Rode: python -m nlu.train")
    try:
        registry.check_language(current)
    except UnknownModel as problem:
        raise CannotServe(str(problem)) from problem
    port = port_from(environment)
    return [str(environment_python()), "-m", "nlu.components.server", str(registry.folder), "127.0.0.1", str(port)]


def main() -> None:
    """Never returns: the process becomes the server, so that signals reach it directly."""
    try:
        line = command(os.environ)
    except CannotServe as problem:
        sys.exit(str(problem))
    os.execve(line[0], line, rasa_environment())  # noqa: S606


if __name__ == "__main__":
    main()
