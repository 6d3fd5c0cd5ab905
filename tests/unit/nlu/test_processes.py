"""Environment, training and server say clearly what is missing, and do nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import nlu.environment as environment
import nlu.serve as serve
import nlu.train as train
from nlu.registry import CURRENT, Facts, Registry


def a_program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any Python 3.10."""
    monkeypatch.delenv("NLU_PYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_find_python_takes_the_named_one_when_it_is_3_10(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = a_program(bare / "mine" / "py", "3.10")
    monkeypatch.setenv("NLU_PYTHON", str(named))
    assert environment.find_python() == named


@pytest.mark.parametrize("says", ["3.11", "2.7"])
def test_find_python_refuses_the_named_one_when_it_is_another_version(
    bare: Path, monkeypatch: pytest.MonkeyPatch, says: str
) -> None:
    monkeypatch.setenv("NLU_PYTHON", str(a_program(bare / "py", says)))
    with pytest.raises(environment.NoPython, match="NLU_PYTHON"):
        environment.find_python()


def test_find_python_prefers_path_then_the_newest_of_pyenv(bare: Path) -> None:
    a_program(bare / "pyenv/versions/3.10.9/bin/python3.10", "3.10")
    newest = a_program(bare / "pyenv/versions/3.10.13/bin/python3.10", "3.10")
    assert environment.find_python() == newest
    on_path = a_program(bare / "bin" / "python3.10", "3.10")
    assert environment.find_python() == on_path


def test_find_python_says_what_to_install_when_there_is_none(bare: Path) -> None:
    with pytest.raises(environment.NoPython, match=r"uv python install 3\.10"):
        environment.find_python(uv=a_program(bare / "bin" / "uv", ""))


def test_environment_is_not_made_again_when_the_requirements_are_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path / "venv")
    python = a_program(tmp_path / "venv/bin/python", "3.10")
    (tmp_path / "venv" / "religa-requirements.sha256").write_text(environment.requirements_hash(), encoding="utf-8")
    assert environment.ensure(tmp_path / "there is no uv here") == python


def test_requirements_are_pinned_by_hash_and_name_no_index() -> None:
    text = environment.REQUIREMENTS.read_text(encoding="utf-8")
    assert "rasa==3.6.21" in text
    assert "http" not in "\n".join(line for line in text.splitlines() if line.startswith("-"))
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))]
    assert len(pins) > 100
    assert all(line.rstrip().endswith("\\") for line in pins)


def a_model(registry: Registry, fingerprint: str, language: str = "pt_BR") -> str:
    made = registry.folder.parent / "made"
    registry.folder.mkdir(exist_ok=True)
    made.write_bytes(b"model")
    registry.add(made, Facts(fingerprint, "2026-11-26T12:00:00+00:00", language, 20000, 120.0))
    return fingerprint


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def test_nothing_is_trained_when_the_model_of_these_sources_is_there(registry: Registry) -> None:
    a_model(registry, train.fingerprint("pt_BR"))
    assert train.ensure(registry) == train.fingerprint("pt_BR")
    assert registry.pointed(CURRENT) == train.fingerprint("pt_BR")


def test_a_model_that_a_person_left_is_not_promoted_again_at_the_next_start(registry: Registry) -> None:
    a_model(registry, "0123456789ab")
    a_model(registry, train.fingerprint("pt_BR"))
    registry.promote("0123456789ab")
    assert train.ensure(registry) == "0123456789ab"


def test_a_model_of_the_customers_language_is_promoted_when_the_setting_changed(registry: Registry) -> None:
    a_model(registry, train.fingerprint("pt_BR"))
    a_model(registry, train.fingerprint("es"), "es")
    spanish = Registry(registry.folder, "es")
    for reader, language in ((registry, "pt_BR"), (spanish, "es"), (registry, "pt_BR")):
        assert train.ensure(reader) == train.fingerprint(language)
        assert reader.pointed(CURRENT) == train.fingerprint(language)


def test_training_names_the_languages_there_are_when_there_are_no_examples(registry: Registry) -> None:
    with pytest.raises(train.CannotTrain, match=r"nlu/data/fr.*CUSTOMER_LANGUAGE.*es, pt_BR"):
        train.ensure(Registry(registry.folder, "fr"))


def test_a_model_depends_on_the_words_of_its_own_language_only() -> None:
    spanish = {path.relative_to(environment.NLU).as_posix() for path in train.sources("es")}
    assert {"languages/es.py", "languages/__init__.py", "data/es/signal_release.yml"} <= spanish
    assert not [path for path in spanish if "pt_BR" in path]


def test_training_says_what_to_run_when_the_environment_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry
) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path / "none")
    with pytest.raises(train.CannotTrain, match=r"python -m nlu\.environment"):
        train.train(registry)
    assert registry.pointers() == {}


@pytest.mark.parametrize(
    ("variables", "port"),
    [
        ({}, 5005),
        ({"NLU_PORT": "6001"}, 6001),
        ({"NLU_URL": "http://127.0.0.1:6002"}, 6002),
        ({"NLU_URL": "http://127.0.0.1:6002", "NLU_PORT": "6003"}, 6003),
        ({"NLU_URL": "http://127.0.0.1"}, 5005),
    ],
)
def test_server_port_is_that_of_the_settings(variables: dict[str, str], port: int) -> None:
    assert serve.port_from(variables) == port


@pytest.mark.parametrize("text", ["abc", "0", "70000"])
def test_server_says_what_is_expected_when_the_port_is_wrong(text: str) -> None:
    with pytest.raises(serve.CannotServe, match="NLU_PORT"):
        serve.port_from({"NLU_PORT": text})


def test_server_says_what_to_run_when_there_is_no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path)
    a_program(tmp_path / "bin/python", "3.10")
    monkeypatch.setenv("NLU_MODELS", str(tmp_path / "none"))
    with pytest.raises(serve.CannotServe, match=r"none/current.*python -m nlu\.train"):
        serve.command({})


def test_server_names_the_file_when_the_promoted_model_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry
) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path)
    a_program(tmp_path / "bin/python", "3.10")
    monkeypatch.setenv("NLU_MODELS", str(registry.folder))
    registry.promote(a_model(registry, "0123456789ab"))
    registry.path("0123456789ab").unlink()
    with pytest.raises(serve.CannotServe, match=r"0123456789ab\.tar\.gz.*python -m nlu\.train"):
        serve.command({})


def test_server_refuses_a_model_of_another_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, registry: Registry
) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", tmp_path)
    a_program(tmp_path / "bin/python", "3.10")
    monkeypatch.setenv("NLU_MODELS", str(registry.folder))
    registry.promote(a_model(registry, "0123456789ab"))
    monkeypatch.setenv("CUSTOMER_LANGUAGE", "es")
    with pytest.raises(serve.CannotServe, match="0123456789ab lê pt_BR, e os clientes escrevem es"):
        serve.command({})


def test_rasa_runs_without_telemetry_and_with_one_thread() -> None:
    variables = train.rasa_environment()
    assert (variables["RASA_TELEMETRY_ENABLED"], variables["OMP_NUM_THREADS"]) == ("false", "1")


def test_components_are_not_imported_by_the_application() -> None:
    code = "import sys, nlu.understand, nlu.client, nlu.train, nlu.serve, nlu.fake, nlu.evaluate\n"
    code += "print(sorted(name for name in sys.modules if name.startswith(('nlu.components', 'rasa', 'sqlalchemy'))))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
