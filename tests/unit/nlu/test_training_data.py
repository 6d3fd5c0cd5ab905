"""The training examples are complete, balanced, unambiguous and not copied from the sample they are judged on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from nlu.environment import NLU
from nlu.folding import fold
from nlu.guards import verdict

SAMPLE = NLU.parent.parent / "shared" / "data" / "nlu"
ACTING = {
    "invoice_second_copy",
    "signal_release",
    "outage_no_connection",
    "talk_to_human",
    "cancel_service",
    "invoice_question",
    "out_of_scope",
}


@cache
def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((NLU / "data" / "pt_BR").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            assert block["intent"] == path.stem, f"{path.name} holds {block['intent']}"
            found[block["intent"]] = [line.removeprefix("- ") for line in block["examples"].splitlines() if line]
    return found


def core_of(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text))) or text


def domain_intents() -> set[str]:
    return set(yaml.safe_load((NLU / "domain.yml").read_text(encoding="utf-8"))["intents"])


def needs(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository (../shared/data/nlu)")
    return path


def test_examples_exist_for_every_intent_of_the_domain() -> None:
    assert set(examples()) == domain_intents()


def test_domain_has_every_intent_of_the_taxonomy() -> None:
    text = needs(SAMPLE / "TAXONOMY.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert len(named) == 26
    assert named == domain_intents()


@pytest.mark.parametrize("intent", sorted(domain_intents()))
def test_intent_has_enough_examples_and_not_too_large_a_share(intent: str) -> None:
    count = len({core_of(text) for text in examples()[intent]})
    assert count >= (100 if intent in ACTING else 60)
    assert count <= 0.15 * sum(len(texts) for texts in examples().values())


def test_no_example_stands_under_two_intents() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for intent, texts in examples().items():
        for text in texts:
            owners[core_of(text)].add(intent)
    assert {text: names for text, names in owners.items() if len(names) > 1} == {}


def test_no_example_is_copied_from_the_dev_sample() -> None:
    lines = needs(SAMPLE / "dev_sample.jsonl").read_text(encoding="utf-8").splitlines()
    dev = {core_of(json.loads(line)["text"]) for line in lines}
    assert [text for texts in examples().values() for text in texts if core_of(text) in dev] == []


def test_no_example_is_hidden_by_a_guard_of_another_intent() -> None:
    hidden = [
        (intent, text)
        for intent, texts in examples().items()
        for text in texts
        if (known := verdict(text)) is not None and known.intent != intent
    ]
    assert hidden == []


def test_no_example_uses_the_markup_of_entities() -> None:
    assert [text for texts in examples().values() for text in texts if re.search(r"[\[\]{}]", text)] == []
