"""The boundary rules of the taxonomy, each with messages on both of its sides that the model is tested with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yaml import Node, ScalarNode, SequenceNode

from nlu.examples import Problem, line_of, load_node, text_of, value_of

BOUNDARIES = "boundaries.yml"
FEWEST_EXAMPLES = 3
"""On each side of a rule."""


@dataclass(frozen=True)
class Case:
    """A message on one side of a rule, with the intent it has to be read as and its line in the file."""

    text: str
    intent: str
    line: int


@dataclass(frozen=True)
class Boundary:
    """A rule in words, the line where it stands, the intents that it keeps apart, and the messages of its sides."""

    rule: str
    line: int
    intents: tuple[str, ...]
    cases: tuple[Case, ...]


def read_boundaries(path: Path, problems: list[Problem]) -> tuple[Boundary, ...]:
    """The rules in a file: `boundaries:`, a list of `{rule, sides: [{intent, examples: [...]}, ...]}`.

    A rule without text, with fewer than two sides or with too few examples on a side is added to `problems`.
    """
    node = load_node(path, problems)
    if node is None:
        return ()
    rules = value_of(node, "boundaries")
    if not isinstance(rules, SequenceNode):
        problems.append(Problem(path, 1, "there is no list under `boundaries:`"))
        return ()
    found = tuple(_boundary(rule) for rule in rules.value)
    problems += [Problem(path, boundary.line, text) for boundary in found for text in _wrong(boundary)]
    return found


def _boundary(node: Node) -> Boundary:
    listed = value_of(node, "sides")
    sides = list(listed.value) if isinstance(listed, SequenceNode) else []
    intents = tuple(dict.fromkeys(text_of(value_of(side, "intent")) for side in sides))
    cases = tuple(case for side in sides for case in _cases(side))
    return Boundary(text_of(value_of(node, "rule")).strip(), line_of(node), intents, cases)


def _cases(side: Node) -> list[Case]:
    intent, examples = text_of(value_of(side, "intent")), value_of(side, "examples")
    nodes = examples.value if isinstance(examples, SequenceNode) else []
    return [Case(text_of(node), intent, line_of(node)) for node in nodes if isinstance(node, ScalarNode)]


def _wrong(boundary: Boundary) -> list[str]:
    texts = [] if boundary.rule else ["a boundary needs `rule`"]
    if len(boundary.intents) < 2:
        texts.append(f"two sides are needed: {boundary.rule}")
    for intent in boundary.intents:
        count = len({case.text for case in boundary.cases if case.intent == intent})
        if count < FEWEST_EXAMPLES:
            texts.append(f"{count} examples of {intent}, at least {FEWEST_EXAMPLES} are needed: {boundary.rule}")
    return texts
