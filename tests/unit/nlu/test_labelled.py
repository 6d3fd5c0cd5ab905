"""Labelled messages: what a file may hold, and that each wrong line is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.intent_names import intent_names
from nlu.labelled import HELD_OUT, Labelled, Unreadable, files, read

GOOD = {"text": "oi, cadê o boleto", "primary": "invoice_second_copy", "labels": ["invoice_second_copy"], "alt": []}


def a_file(folder: Path, *lines: object) -> Path:
    path = folder / "messages.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_message_keeps_its_labels_in_order_and_accepts_the_alternatives(tmp_path: Path) -> None:
    line = {"text": "religa e manda a 2ª via", "primary": "b", "labels": ["a", "b"], "alt": ["c"], "tags": ["multi"]}
    assert read(a_file(tmp_path, "", line, "")) == [
        Labelled("religa e manda a 2ª via", "b", ("b", "a"), frozenset("abc"))
    ]


def test_labels_and_alternatives_may_be_absent(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, {"text": "oi", "primary": "greet"})) == [
        Labelled("oi", "greet", ("greet",), frozenset({"greet"}))
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "não é JSON"),
        ("[]", "esperado um objeto"),
        ({"primary": "greet"}, "`text` e `primary`"),
        ({"text": "oi", "primary": ""}, "`text` e `primary`"),
        ({"text": "oi", "primary": 3}, "`text` e `primary`"),
        ({**GOOD, "labels": "greet"}, "`labels` tem de ser uma lista"),
        ({**GOOD, "alt": [1]}, "`alt` tem de ser uma lista"),
        ({**GOOD, "alt": ["gret"]}, "intenção desconhecida: gret"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(tmp_path: Path, line: object, said: str) -> None:
    path = a_file(tmp_path, GOOD, "", line)
    with pytest.raises(Unreadable) as problem:
        read(path, intent_names())
    assert str(problem.value).startswith(f"{path}:3: ")
    assert said in str(problem.value)


def test_only_the_first_wrong_lines_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as problem:
        read(a_file(tmp_path, *["{"] * 40))
    assert str(problem.value).count("não é JSON") == 5
    assert str(problem.value).endswith("e mais 35")


def test_a_file_without_messages_or_of_other_bytes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nenhuma mensagem"):
        read(a_file(tmp_path, "", ""))
    (tmp_path / "latin.jsonl").write_bytes(b'{"text": "n\xe3o", "primary": "deny"}')
    with pytest.raises(Unreadable, match="UTF-8"):
        read(tmp_path / "latin.jsonl")
    with pytest.raises(Unreadable, match=r"absent\.jsonl"):
        read(tmp_path / "absent.jsonl")


def test_a_language_without_files_asks_for_one() -> None:
    with pytest.raises(Unreadable, match="--file FILE"):
        files("xx")


def test_everything_that_models_are_measured_with_can_be_read() -> None:
    assert [path for path in files("pt_BR") if path.parent == HELD_OUT]
    assert all(read(path, intent_names()) for path in files("pt_BR"))
