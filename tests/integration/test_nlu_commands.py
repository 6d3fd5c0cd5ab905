"""Commands over the models: what they do, and the one sentence that they say when something is missing or damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from nlu.labelled import HELD_OUT
from nlu.registry import CURRENT, PREVIOUS, SHADOW, Registry
from tests.integration.nlu_models import CUT, FOREIGN, OTHER

pytestmark = pytest.mark.timeout(600)


def run(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(cli.main, ["nlu", *map(str, arguments)], env={"NLU_MODELS": str(folder)})


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Some of the held-out messages."""
    lines = (HELD_OUT / "chat.jsonl").read_text(encoding="utf-8").splitlines()[:80]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_models_are_listed_with_what_they_are_for(registry: Registry, one: str) -> None:
    registry.shadow(OTHER)
    lines = {line.split()[0]: line for line in run(registry.folder, "models").output.splitlines()}
    assert lines[one].endswith("em uso")
    assert lines[OTHER].endswith("na sombra")
    assert {one, OTHER, CUT, FOREIGN} <= lines.keys()


def test_promote_takes_the_beginning_of_a_name_and_rollback_goes_back(registry: Registry, one: str) -> None:
    promoted = run(registry.folder, "promote", OTHER[:3])
    assert (promoted.exit_code, registry.pointed(CURRENT)) == (0, OTHER)
    assert "nlu rollback" in promoted.output
    assert run(registry.folder, "rollback").exit_code == 0
    assert registry.pointers() == {CURRENT: one, PREVIOUS: OTHER}


def test_shadow_is_set_and_ended(registry: Registry, one: str) -> None:
    assert run(registry.folder, "shadow", OTHER).exit_code == 0
    assert registry.pointed(SHADOW) == OTHER
    assert "já é o que responde" in run(registry.folder, "shadow", one).output
    assert run(registry.folder, "shadow", "off").exit_code == 0
    assert registry.pointed(SHADOW) == ""


@pytest.mark.parametrize("command", ["promote", "shadow"])
@pytest.mark.parametrize("broken", [CUT, FOREIGN])
def test_a_model_that_cannot_be_read_gets_no_pointer(registry: Registry, command: str, broken: str) -> None:
    before = registry.pointers()
    refused = run(registry.folder, command, broken)
    assert refused.exit_code == 1
    assert str(registry.path(broken)) in refused.output
    assert "Rode: python -m nlu.train" in refused.output
    assert registry.pointers() == before


def test_evaluate_measures_the_model_in_use_or_the_one_that_is_named(registry: Registry, few: Path) -> None:
    ours = run(registry.folder, "evaluate", "--file", few)
    assert ours.exit_code == 0
    assert "few" in ours.output.splitlines()[0]
    other = run(registry.folder, "evaluate", OTHER, "--file", few, "--misses")
    assert "ERRO" in other.output
    assert share(ours, "acerto na intenção principal") > share(other, "acerto na intenção principal")


def share(result: Result, title: str) -> float:
    line = next(line for line in result.output.splitlines() if line.startswith(title))
    return float(line.split()[-2].replace(",", "."))


def test_compare_refuses_what_reads_worse_and_shows_each_message(registry: Registry, one: str, few: Path) -> None:
    worse = run(registry.folder, "compare", OTHER, "--file", few)
    assert worse.exit_code == 1
    assert "Error: O acerto caiu de" in worse.output
    assert f"{one}  {OTHER}  diferença" in worse.output
    assert "Pior: 0" not in worse.output


def test_compare_lets_a_model_pass_that_reads_as_well(registry: Registry, one: str, few: Path) -> None:
    same = run(registry.folder, "compare", one, one, "--file", few)
    assert same.exit_code == 0
    assert "Pior: 0" in same.output


def test_forget_keeps_what_is_needed(registry: Registry, one: str) -> None:
    assert OTHER in run(registry.folder, "forget", "--keep", 1).output
    assert {facts.fingerprint for facts in registry.models()} == {one, FOREIGN}
    assert run(registry.folder, "forget", "--keep", 1).output == "Não há modelo a apagar.\n"


@pytest.mark.parametrize("command", [("evaluate", "zz"), ("compare", "zz"), ("promote", "zz"), ("shadow", "zz")])
def test_an_unknown_model_is_answered_with_those_that_there_are(registry: Registry, command: Any) -> None:
    unknown = run(registry.folder, *command)
    assert unknown.exit_code == 1
    assert "'zz'" in unknown.output
    assert OTHER in unknown.output


def test_without_any_model_each_command_says_what_to_run(tmp_path: Path) -> None:
    assert "Rode: python cli.py nlu train" in run(tmp_path, "models").output
    for command in (("evaluate",), ("pictures",)):
        missing = run(tmp_path, *command)
        assert missing.exit_code == 1
        assert f"Error: Nenhum modelo em uso em {tmp_path}. Rode: python -m nlu.train" in missing.output
    assert "Não há modelo anterior" in run(tmp_path, "rollback").output


def test_a_file_that_went_missing_is_named(registry: Registry, one: str) -> None:
    registry.path(one).unlink()
    missing = run(registry.folder, "evaluate")
    assert missing.exit_code == 1
    assert f"Falta o modelo {registry.path(one)}. Rode: " in missing.output


def test_a_wrong_line_of_labelled_messages_is_named(registry: Registry, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text(json.dumps({"text": "oi", "primary": "hello"}), encoding="utf-8")
    refused = run(registry.folder, "evaluate", "--file", wrong)
    assert refused.exit_code == 1
    assert f"Error: {wrong}:1: intenção desconhecida: hello" in refused.output
