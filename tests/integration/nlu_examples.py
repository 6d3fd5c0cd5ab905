"""Smaller trainings for tests: a part of the examples, and the project's pipeline with fewer folds inside."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from nlu.environment import NLU, environment_python
from nlu.examples import SEVERAL, read_examples, training_files
from nlu.languages import PORTUGUESE
from nlu.train import rasa_environment

DATA = NLU / "data" / PORTUGUESE


def rasa(folder: Path, *arguments: str, fingerprint: str = "") -> str:
    """Runs Rasa in `folder`; it has to end well. Gives what it printed; skips without Rasa's environment."""
    if not environment_python().exists():
        pytest.skip("Rasa's environment is missing: python -m nlu.environment")
    environment = {
        **rasa_environment(),
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "RELIGA_NLU_FINGERPRINT": fingerprint,
    }
    command = [str(environment_python()), "-m", "rasa", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout + done.stderr


def write_examples(path: Path, *, every: int) -> None:
    """One Rasa file with every so-manieth of the project's examples that ask for one thing: Rasa judges one label."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for source in training_files(DATA):
        if source.name != SEVERAL:
            for example in read_examples(source, [])[::every]:
                by_intent[example.intent].append(f"- {example.text}\n")
    blocks = [{"intent": intent, "examples": "".join(lines)} for intent, lines in by_intent.items()]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")


def write_pipeline(path: Path) -> None:
    """The project's own pipeline with two held-out folds inside each training."""
    config = yaml.safe_load((NLU / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if "folds" in component:
            component["folds"] = 2
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


def train_small(folder: Path, fingerprint: str) -> Path:
    """A model of a tenth of the examples that gives itself this fingerprint."""
    write_examples(folder / "examples.yml", every=10)
    write_pipeline(folder / "config.yml")
    own = ["-c", "config.yml", "-d", str(NLU / "domain.yml"), "--nlu", "examples.yml", "--out", "."]
    rasa(folder, "train", "nlu", "--fixed-model-name", fingerprint, *own, fingerprint=fingerprint)
    return folder / f"{fingerprint}.tar.gz"
