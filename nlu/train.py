"""Training of the Rasa model: only when its sources changed, beside the one that answers, and never half done."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import yaml

from nlu.environment import NLU, environment_python, requirements_hash
from nlu.examples import read_examples, training_files
from nlu.registry import CURRENT, Facts, Registry

# Examples of the provider's own, exported from its conversations; not in the repository.
OWN = NLU / "own"
# What the components import counts as part of the model: change it and the features change.
_SOURCES = ("config.yml", "domain.yml", "folding.py", "emoji.py", "guards.py", "outsiders.py", "languages/__init__.py")
# These only serve, read with, or draw a model; it is the same when they change.
_SERVING = ("server.py", "reading.py", "offline.py", "drawing.py")
_NAME = "religa-nlu"


class CannotTrain(Exception):
    """The model could not be made; the text says why and what to do."""


def sources(language: str) -> list[Path]:
    """Every file that a model of a language is made of."""
    files = [NLU / name for name in (*_SOURCES, f"languages/{language}.py")]
    made_by = [path for path in sorted((NLU / "components").glob("*.py")) if path.name not in _SERVING]
    return [*files, *_data(language), *made_by]


def fingerprint(language: str) -> str:
    """Twelve digits over everything a model depends on: language, configuration, examples, components, packages.

    Raises CannotTrain for a language without examples.
    """
    if language not in _languages():
        known = ", ".join(_languages())
        raise CannotTrain(f"Não há exemplos em nlu/data/{language}. CUSTOMER_LANGUAGE pode ser: {known}.")
    digest = hashlib.sha256(requirements_hash().encode() + language.encode())
    for path in sources(language):
        digest.update(path.relative_to(NLU).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def train(registry: Registry, *, force: bool = False) -> str:
    """The fingerprint of the model of the present sources in the registry's language, trained now if there is none yet
    (or `force`).

    It lies beside the others and answers nobody until it is promoted; it appears whole or not at all.
    Raises CannotTrain.
    """
    language = registry.language
    wanted = fingerprint(language)
    if registry.has(wanted) and not force:
        return wanted
    if not environment_python().exists():
        raise CannotTrain("Falta o ambiente do Rasa. Rode: python -m nlu.environment")
    registry.folder.mkdir(parents=True, exist_ok=True)
    print(f"nlu: treinando o modelo {wanted}, {language} (uns dois minutos)", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=registry.folder, prefix=".training-") as folder:
        made = _run_rasa(Path(folder), wanted, language)
        facts = Facts(
            fingerprint=wanted,
            trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
            language=language,
            examples=sum(len(read_examples(path, [])) for path in training_files(NLU / "data" / language)),
            seconds=round(time.monotonic() - started, 1),
        )
        registry.add(made, facts)
    print(f"nlu: modelo {wanted} pronto em {facts.seconds:.0f} s, {facts.examples} exemplos", flush=True)
    return wanted


def ensure(registry: Registry, *, force: bool = False) -> str:
    """The fingerprint of the model that answers: what `make run` and `make test` begin with.

    A model of new sources is trained and promoted. One that was trained before is not promoted again: a person may have
    gone back from it. Raises CannotTrain.
    """
    known = registry.has(fingerprint(registry.language)) and not force
    trained = train(registry, force=force)
    if not known or not _can_answer(registry, registry.pointed(CURRENT)):
        registry.promote(trained)
    return registry.pointed(CURRENT)


def _can_answer(registry: Registry, current: str) -> bool:
    return registry.has(current) and registry.facts(current).language == registry.language


def rasa_environment() -> dict[str, str]:
    """The variables Rasa runs with: no telemetry, one compute thread, no device search, our components importable."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(NLU.parent),
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }


def _languages() -> list[str]:
    return sorted(path.name for path in (NLU / "data").iterdir() if path.is_dir())


def _data(language: str) -> list[Path]:
    folders = [NLU / "data" / language, OWN / language]
    return [path for folder in folders for path in sorted(folder.glob("*.yml"))]


def _config(language: str) -> str:
    """The pipeline with its components told which language they read."""
    config = yaml.safe_load((NLU / "config.yml").read_text(encoding="utf-8"))
    config["language"] = language.partition("_")[0]
    config["pipeline"] = [{**component, "language": language} for component in config["pipeline"]]
    return yaml.safe_dump(config, sort_keys=False)


def _run_rasa(folder: Path, wanted: str, language: str) -> Path:
    data = folder / "data"
    data.mkdir()
    config = folder / "config.yml"
    config.write_text(_config(language), encoding="utf-8")
    for number, path in enumerate(_data(language)):
        shutil.copy(path, data / f"{number:03d}-{path.name}")
    command = [str(environment_python()), "-m", "rasa", "train", "nlu", "--fixed-model-name", _NAME]
    command += ["--config", str(config), "--domain", str(NLU / "domain.yml"), "--out", str(folder)]
    command += ["--nlu", str(data)]
    variables = {
        **rasa_environment(),
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "RASA_MAX_CACHE_SIZE": "0",
        "RELIGA_NLU_FINGERPRINT": wanted,
    }
    result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    made = folder / f"{_NAME}.tar.gz"
    if result.returncode != 0 or not made.exists():
        tail = "\n".join((result.stdout + result.stderr).strip().splitlines()[-15:])
        raise CannotTrain(f"O treino do Rasa falhou (código {result.returncode}):\n{tail}")
    return made


def _main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m nlu.train", description=__doc__)
    arguments.add_argument("--force", action="store_true", help="train even if nothing changed")
    try:
        ensure(Registry(), force=arguments.parse_args().force)
    except CannotTrain as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    _main()
