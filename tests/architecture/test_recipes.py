"""The recipes of CONTRIBUTING are true: all that belongs to an intent, language, channel, driver or ERP is there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from billing.erp_kind import erp_kinds
from billing.gateway import gateway_kinds
from bot.answers import ANSWERS, REPLIES
from bot.texts import FOLDER, Texts
from nlu.intent_names import intent_names
from provisioning.driver import drivers
from tests.architecture.tree import ROOT, files, imports, text, tree
from tests.contract.gateways import rigs as gateways
from webhooks.intake import READERS

INTENTS = frozenset(yaml.safe_load(text("nlu/domain.yml"))["intents"])
# Understood, but never answered by itself: facts that belong to a question.
WITHOUT_ANSWER = frozenset({"inform"})
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yml"))
CHANNELS = sorted(
    path.removeprefix("webhooks/channels/").removesuffix("_inbound.py")
    for path in files()
    if path.startswith("webhooks/channels/") and path.endswith("_inbound.py")
)


def in_folder(folder: str) -> list[str]:
    """Names of the modules in a folder, without the package itself."""
    found = [Path(path) for path in files() if path.startswith(folder) and path.endswith(".py")]
    return [path.stem for path in found if path.parent == Path(folder) and path.stem != "__init__"]


def texts_asked_for() -> tuple[set[str], set[str]]:
    """Names of sentences in the bot's code: those in full, and the fixed beginnings of composed ones."""
    names: set[str] = set()
    beginnings: set[str] = set()
    for path in (path for path in files() if path.startswith("bot/") and path.endswith(".py")):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not node.args or not ast.unparse(node.func).endswith("texts"):
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant):
                names.add(str(first.value))
            elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                beginnings.add(str(first.values[0].value))
    return names, beginnings


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def sentences(language: str) -> dict[str, str]:
    flat: dict[str, str] = {}

    def walk(branch: dict[str, object], prefix: str) -> None:
        for key, value in branch.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = str(value)

    walk(yaml.safe_load((FOLDER / f"{language}.yml").read_text(encoding="utf-8")), "")
    return flat


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_intent_has_examples_and_an_answer(intent: str) -> None:
    assert (ROOT / f"nlu/data/pt_BR/{intent}.yml").is_file()
    assert (intent in ANSWERS) != (intent in WITHOUT_ANSWER)


def test_no_answer_is_for_an_intent_that_does_not_exist() -> None:
    assert ANSWERS.keys() <= INTENTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_intent_has_a_name_for_the_agents(language: str) -> None:
    assert intent_names(language).keys() == INTENTS
    assert {f"intent.{name}" for name in INTENTS} <= Texts.load(language).names()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_asked_for_is_there(language: str) -> None:
    there = Texts.load(language).names()
    names, beginnings = texts_asked_for()
    assert len(names) > 20
    assert not names - there
    assert all(any(name.startswith(start) for name in there) for start in beginnings)
    questions = {name.removeprefix("again.") for name in there if name.startswith("again.")}
    assert questions <= REPLIES.keys() | {"contract", "confirm_intent"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_every_sentence_with_its_placeholders(language: str) -> None:
    first, other = sentences("pt_BR"), sentences(language)
    assert other.keys() == first.keys()
    assert [name for name in first if placeholders(first[name]) != placeholders(other[name])] == []
    assert (ROOT / "nlu/data" / language).is_dir()


@pytest.mark.parametrize("name", CHANNELS)
def test_channel_sends_reads_and_has_a_door(name: str) -> None:
    inbound = f"webhooks.channels.{name}_inbound"
    assert f"webhooks.channels.{name}" in imports("wiring_channels.py")
    assert len(READERS) == len(CHANNELS)
    assert inbound in imports("webhooks/intake.py")
    doors = [path for path in files() if re.fullmatch(r"webhooks/\w+\.py", path) and path != "webhooks/intake.py"]
    assert any({inbound, "webhooks.intake.accept"} <= imports(path) for path in doors)


@pytest.mark.parametrize("name", in_folder("provisioning/drivers"))
def test_driver_is_bound_and_tested(name: str) -> None:
    module = importlib.import_module(f"provisioning.drivers.{name}")
    bound = f"provisioning.drivers.{name}" in imports("wiring.py")
    assert bound or drivers()[module.DRIVER.kind] is module.DRIVER
    assert used_by_tests(f"provisioning.drivers.{name}")


@pytest.mark.parametrize("name", in_folder("billing/erps"))
def test_erp_is_found_by_its_kind_and_holds_the_contract(name: str) -> None:
    """The local one needs no connection: it is bound where everything is."""
    bound = name == "local" or erp_kinds()[name].kind == name
    assert bound
    assert f"billing.erps.{name}" in imports(f"tests/contract/erps/rigs/{name}.py")


@pytest.mark.parametrize("name", in_folder("billing/gateways"))
def test_gateway_is_found_by_its_kind_and_holds_the_contract(name: str) -> None:
    assert gateway_kinds()[name].kind == name
    assert name in gateways.RIGS


def used_by_tests(module: str) -> bool:
    tests = [path for path in files() if path.startswith("tests/") and path.endswith(".py")]
    return any(module in imports(path) for path in tests)


def test_page_about_understanding_lists_every_intent() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", text("docs/nlu.md"), re.MULTILINE)) == INTENTS
