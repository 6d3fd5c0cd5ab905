"""Training of the Rasa model: only when it is missing or stale, and never half done."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from nlu.environment import NLU, environment_python, requirements_hash
from nlu.examples import BOUNDARIES

TRAINED = NLU / "trained"
MODEL = TRAINED / "religa-nlu.tar.gz"
_STAMP = TRAINED / "religa-nlu.sha256"
_NAME = "religa-nlu"
# What the components import counts as part of the model: change it and the features change.
_SOURCES = ("config.yml", "domain.yml", "folding.py", "emoji.py", "guards.py")


class CannotTrain(Exception):
    """The model could not be made; the text says why and what to do."""


def fingerprint() -> str:
    """Hash over everything a model depends on: configuration, domain, examples, components, packages."""
    files = [NLU / name for name in _SOURCES]
    # The model is only tested with the boundary rules: it is as good as before when they change.
    files += sorted(path for path in (NLU / "data").rglob("*.yml") if path.name != BOUNDARIES)
    files += sorted((NLU / "components").glob("*.py"))
    digest = hashlib.sha256(requirements_hash().encode())
    for path in files:
        digest.update(path.relative_to(NLU).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_stale() -> bool:
    """True when there is no model, or one of other sources."""
    return not (MODEL.exists() and _STAMP.exists() and _STAMP.read_text(encoding="utf-8") == fingerprint())


def train(*, force: bool = False) -> Path:
    """The model file, trained now if it is missing or stale (or `force`), in about a minute.

    It appears whole or not at all: a run that is killed leaves the former model in place. Raises CannotTrain.
    """
    if not force and not is_stale():
        return MODEL
    if not environment_python().exists():
        raise CannotTrain("Falta o ambiente do Rasa. Rode: python -m nlu.environment")
    wanted = fingerprint()
    TRAINED.mkdir(exist_ok=True)
    print("nlu: treinando o modelo (cerca de um minuto)", flush=True)
    with tempfile.TemporaryDirectory(dir=TRAINED, prefix=".training-") as folder:
        made = _run_rasa(Path(folder))
        # The old stamp goes first: a model without its stamp is only trained again.
        _STAMP.unlink(missing_ok=True)
        os.replace(made, MODEL)
        new_stamp = Path(folder) / _STAMP.name
        new_stamp.write_text(wanted, encoding="utf-8")
        os.replace(new_stamp, _STAMP)
    print(f"nlu: modelo pronto em {MODEL.relative_to(NLU.parent)}", flush=True)
    return MODEL


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


def _run_rasa(folder: Path) -> Path:
    command = [str(environment_python()), "-m", "rasa", "train", "nlu", "--fixed-model-name", _NAME]
    command += ["--config", str(NLU / "config.yml"), "--domain", str(NLU / "domain.yml")]
    command += ["--nlu", str(NLU / "data" / "pt_BR"), "--out", str(folder)]
    variables = {**rasa_environment(), "RASA_CACHE_DIRECTORY": str(folder / "cache"), "RASA_MAX_CACHE_SIZE": "0"}
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
        train(force=arguments.parse_args().force)
    except CannotTrain as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    _main()
