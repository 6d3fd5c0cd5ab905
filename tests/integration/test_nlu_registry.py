"""Servers follow the registry: promoting, going back, the shadow, damaged files, and two servers on one port."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.http import make_session
from nlu.client import RasaClient
from nlu.registry import CURRENT, Registry
from stores import free_port
from tests.integration.nlu_models import CUT, FOREIGN, OTHER
from tests.integration.nlu_process import NluServer, Stream, serving

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def server(registry: Registry) -> Iterator[NluServer]:
    with serving(registry.folder, free_port()) as ready:
        yield ready


def test_server_follows_the_pointers_and_no_message_fails(registry: Registry, one: str, server: NluServer) -> None:
    with Stream(server.url) as stream:
        stream.wait_for(lambda answer: answer.model == one and answer.shadow is None)
        registry.promote(OTHER)
        stream.wait_for(lambda answer: answer.model == OTHER)
        assert registry.go_back() == one
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
