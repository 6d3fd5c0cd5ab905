"""Servers follow the registry: promoting, going back, the shadow, damaged files, and two servers on one port."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.http import make_session
from nlu.client import RasaClient
from nlu.registry import CURRENT, Facts, Registry
from stores import free_port
from tests.integration.nlu_examples import train_small
from tests.integration.nlu_process import NluServer, Stream, serving
from tests.integration.nlu_server import nlu_model

__all__ = ["nlu_model"]

OTHER, CUT, FOREIGN = "22bb22bb22bb", "33cc33cc33cc", "44dd44dd44dd"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
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


@pytest.fixture
def server(registry: Registry) -> Iterator[NluServer]:
    with serving(registry.folder, free_port()) as ready:
        yield ready


def test_server_follows_the_pointers_and_no_message_fails(registry: Registry, one: str, server: NluServer) -> None:
    with Stream(server.url) as stream:
        stream.wait_for(lambda answer: answer.model == one and answer.shadow is None)
        registry.promote(OTHER)
        stream.wait_for(lambda answer: answer.model == OTHER)
        assert registry.rollback() == one
        stream.wait_for(lambda answer: answer.model == one)
        registry.shadow(OTHER)
        stream.wait_for(lambda answer: answer.shadow is not None and answer.shadow.model == OTHER)
        registry.shadow("")
        stream.wait_for(lambda answer: answer.model == one and answer.shadow is None)
    assert stream.failures == []


def test_running_server_keeps_its_model_when_the_next_cannot_be_read(
    registry: Registry, one: str, server: NluServer
) -> None:
    with Stream(server.url) as stream:
        for broken in (CUT, FOREIGN):
            registry.promote(broken)
            path = str(registry.path(broken))
            server.wait_said("o modelo anterior continua respondendo", path, "Rode: python -m nlu.train")
            stream.wait_for(lambda answer: answer.model == one)
        # Mended under its name, as training again does: followed without a word to the server.
        shutil.copy(registry.path(OTHER), registry.folder / "mended")
        (registry.folder / "mended").replace(registry.path(FOREIGN))
        stream.wait_for(lambda answer: answer.model == OTHER)
    assert stream.failures == []


def test_a_shadow_that_cannot_be_read_disturbs_nobody(registry: Registry, one: str, server: NluServer) -> None:
    with Stream(server.url) as stream:
        registry.shadow(CUT)
        server.wait_said("sem modelo na sombra", str(registry.path(CUT)))
        stream.wait_for(lambda answer: answer.model == one and answer.shadow is None)
    assert stream.failures == []


@pytest.mark.parametrize("broken", [CUT, FOREIGN])
def test_server_ends_and_says_what_to_run_when_its_model_cannot_be_read(registry: Registry, broken: str) -> None:
    registry.promote(broken)
    code, said = NluServer(registry.folder, free_port()).wait_ended()
    assert code not in (0, None)
    assert str(registry.path(broken)) in said
    assert "Rode: python -m nlu.train" in said
    assert "Traceback" not in said


def test_server_ends_and_says_what_to_run_when_there_is_no_model(tmp_path: Path) -> None:
    code, said = NluServer(tmp_path, free_port()).wait_ended()
    assert code not in (0, None)
    assert str(tmp_path / CURRENT) in said
    assert "Rode: python -m nlu.train" in said


def test_two_servers_share_a_port_and_either_may_die(registry: Registry, one: str) -> None:
    port = free_port()
    with serving(registry.folder, port) as first:
        assert read(first.url) == {one}
        with serving(registry.folder, port) as second:
            first.kill()
            assert read(second.url) == {one}
            with serving(registry.folder, port) as third:
                second.kill()
                assert read(third.url) == {one}


def read(url: str) -> set[str]:
    """The models that answer twenty customers, each over a connection of its own."""
    return {RasaClient(url, make_session()).parse("segunda via").model for _ in range(20)}
