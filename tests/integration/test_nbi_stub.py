"""The NBI stub answers what GenieACS answered when the captures were made."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.nbi_stub import NbiStub
from tests.vectors import DATA

FOLDER = DATA / "network" / "acs_nbi"
CAPTURES = sorted(FOLDER.glob("*.http"))


@pytest.fixture
def nbi() -> Iterator[NbiStub]:
    """A stub in the state of the captures: the name was set already."""
    stub = NbiStub()
    yield stub
    stub.stop()


def shape(value: Any, other: Any) -> bool:
    """Whether `value` has no key and no type that `other` lacks."""
    if isinstance(value, dict) and isinstance(other, dict):
        return all(name in other and shape(item, other[name]) for name, item in value.items())
    if isinstance(value, list) and isinstance(other, list):
        return all(any(shape(item, twin) for twin in other) for item in value)
    return type(value) is type(other)


def parsed(path: Path) -> tuple[list[str], str, str]:
    """The words of the capture's command, its status line and its body."""
    command, _, answer = path.read_text(encoding="utf-8").partition("\n")
    head, _, body = answer.replace("\r", "").partition("\n\n")
    before, separator, data = command.removeprefix("# ").partition(" --data ")
    return [*shlex.split(before), *([data] if separator else [])], head.splitlines()[0], body.strip()


@pytest.mark.skipif(not CAPTURES, reason="shared data not present: network/acs_nbi")
def test_captures_are_there_to_be_replayed() -> None:
    assert len(CAPTURES) >= 9


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_stub_answers_with_the_status_reason_and_shape_of_the_capture(path: Path, nbi: NbiStub) -> None:
    words, status_line, body = parsed(path)
    url = next(word for word in words if word.startswith("http")).replace("http://nbi", nbi.url)
    if "offline" in path.stem:
        nbi.trouble.offline = True
    if "queued" in path.stem:
        nbi.queue("reboot")
        nbi.queue("setParameterValues", parameterValues=[["a", "b", "xsd:string"]])

    answer = requests.request("POST" if "POST" in words else "GET", url, data=words[-1].encode(), timeout=5)

    assert f"HTTP/1.1 {answer.status_code} {answer.reason}" == status_line
    if not body.startswith(("{", "[")):
        assert answer.text == body
        return
    expected = json.loads(body)
    assert shape(answer.json(), expected)
    assert len(answer.json()) > 0
    if isinstance(expected, dict):
        assert answer.json().keys() == expected.keys()
    elif path.stem.startswith("0"):
        assert answer.json()[0].keys() == expected[0].keys()
