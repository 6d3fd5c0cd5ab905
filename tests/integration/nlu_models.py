"""A registry of models for tests: the project's, a small one, and two files that cannot be read."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from nlu.registry import Facts, Registry
from tests.integration.nlu_examples import train_small

OTHER, CUT, FOREIGN = "22bb22bb22bb", "33cc33cc33cc", "44dd44dd44dd"


@pytest.fixture(scope="session")
def made(nlu_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The project's model, a small one, a file that was cut short, and one of something else, the first one first."""
    small, folder = tmp_path_factory.mktemp("small"), tmp_path_factory.mktemp("damaged")
    files = {nlu_model.name.removesuffix(".tar.gz"): nlu_model, OTHER: train_small(small, OTHER)}
    files[CUT], files[FOREIGN] = folder / CUT, folder / FOREIGN
    files[CUT].write_bytes(files[OTHER].read_bytes()[:-2000])
    with tarfile.open(files[FOREIGN], "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("readme.txt"), io.BytesIO())
    return files


@pytest.fixture
def registry(made: dict[str, Path], tmp_path: Path) -> Registry:
    """All of them; the project's model answers."""
    registry = Registry(tmp_path / "models")
    registry.folder.mkdir()
    for number, (name, path) in enumerate(made.items()):
        copy = registry.folder / "copy"
        shutil.copy(path, copy)
        registry.add(copy, Facts(name, f"2026-11-2{number}T12:00:00+00:00", "pt_BR", 2000, 10.0))
    registry.promote(next(iter(made)))
    return registry


@pytest.fixture
def one(made: dict[str, Path]) -> str:
    """The fingerprint of the project's model."""
    return next(iter(made))
