"""The training data of this repository is in order, and covers the taxonomy that it is judged by."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from nlu.boundaries import BOUNDARIES, read_boundaries
from nlu.environment import NLU
from nlu.examples import Problem
from nlu.labelled import DEV_SAMPLE
from nlu.lint import COMPLETE, lint


def test_training_data_has_no_problem() -> None:
    problems = lint(NLU, [DEV_SAMPLE] if DEV_SAMPLE.exists() else [])
    assert [f"{problem.path.name}:{problem.line}: {problem.text}" for problem in problems] == []


def test_domain_has_every_intent_of_the_taxonomy(shared_data: Path) -> None:
    text = (shared_data / "nlu" / "TAXONOMY.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(yaml.safe_load((NLU / "domain.yml").read_text(encoding="utf-8"))["intents"])


def test_every_boundary_rule_of_the_taxonomy_has_its_messages(shared_data: Path) -> None:
    text = (shared_data / "nlu" / "TAXONOMY.md").read_text(encoding="utf-8")
    rules = re.findall(r"^\d+\. ", text.split("## Boundary rules")[1].split("\n## ")[0], re.MULTILINE)
    problems: list[Problem] = []
    assert len(read_boundaries(NLU / "evaluation" / COMPLETE / BOUNDARIES, problems)) == len(rules)
    assert problems == []
