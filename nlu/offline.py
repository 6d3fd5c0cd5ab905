"""Texts read by a trained model in Rasa's environment, without a server: to measure it, or to see that it works."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.client import understanding_of
from nlu.environment import NLU, environment_python
from nlu.labelled import Labelled
from nlu.measures import Outcome
from nlu.train import rasa_environment
from nlu.understanding import Understanding

_START_SECONDS = 180
_SECONDS_A_TEXT = 1.0
_PROBE = "bom dia"


class CannotRead(Exception):
    """The model cannot be used; the text names the file and says what to run."""


@dataclass(frozen=True)
class Reading:
    """What a text was read as, and in how many seconds, without the way there and back."""

    read: Understanding
    seconds: float


def read_texts(model: Path, texts: Sequence[str]) -> list[Reading]:
    """Each text as a server with this model would read it, in order. Raises CannotRead."""
    if not environment_python().exists():
        raise CannotRead("Falta o ambiente do Rasa (nlu/.venv). Rode: python -m nlu.environment")
    command = [str(environment_python()), "-m", "nlu.components.offline", str(model)]
    asked = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    limit = _START_SECONDS + _SECONDS_A_TEXT * len(texts)
    try:
        done = subprocess.run(
            command,
            input=asked,
            cwd=NLU.parent,
            env=rasa_environment(),
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRead(f"O modelo {model} não terminou de ler em {limit:.0f} s.") from error
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != len(texts):
        tail = done.stderr.strip().splitlines()[-1:] or [f"código {done.returncode}"]
        raise CannotRead(tail[0])
    return [_reading(line) for line in lines]


def outcomes(model: Path, messages: Sequence[Labelled]) -> list[Outcome]:
    """The labelled messages as this model reads them. Raises CannotRead."""
    readings = read_texts(model, [message.text for message in messages])
    return [
        Outcome(message, reading.read, reading.seconds) for message, reading in zip(messages, readings, strict=True)
    ]


def check(model: Path) -> None:
    """Nothing when the model can be loaded and read with. Raises CannotRead."""
    read_texts(model, [_PROBE])


def _reading(line: str) -> Reading:
    answer = json.loads(line)
    return Reading(understanding_of(answer["parse"]), float(answer["seconds"]))
