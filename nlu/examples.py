"""The training examples as they stand in the files of one language, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

SEVERAL = "several.yml"
"""Examples that ask for more than one thing, in the order in which they are asked for."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Example:
    """A message with the intent it is an example of, and where it stands (`line` counts from 1).

    `intents` are all things that it asks for, the intent first; just the intent where nothing else is said.
    """

    path: Path
    line: int
    intent: str
    text: str
    intents: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong at one line of a file; ordered by place."""

    path: Path
    line: int
    text: str


def training_files(folder: Path) -> list[Path]:
    """The files of one language that hold training examples, sorted."""
    return sorted(folder.glob("*.yml"))


def read_examples(path: Path, problems: list[Problem]) -> list[Example]:
    """The examples of a file in Rasa's format (`nlu:`, blocks of `intent` and `examples`).

    What cannot be read is added to `problems` and left out.
    """
    found: list[Example] = []
    node = load_node(path, problems)
    if node is None:
        return found
    for block in _items(value_of(node, "nlu"), path, problems, "nlu:"):
        intent = text_of(value_of(block, "intent"))
        examples = value_of(block, "examples")
        if not intent or examples is None:
            problems.append(Problem(path, line_of(block), "a block needs `intent` and `examples`"))
            continue
        if isinstance(examples, ScalarNode):
            found += _of_lines(path, intent, examples, problems)
        else:
            found += _of_items(path, intent, examples, problems)
    return found


def load_node(path: Path, problems: list[Problem]) -> Node | None:
    """The file as a tree that knows its lines, or None where it is empty or no YAML, which is added to `problems`."""
    try:
        node: Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(path, mark.line + 1 if mark else 1, f"no YAML: {getattr(error, 'problem', error)}"))
        return None
    if node is None:
        problems.append(Problem(path, 1, "the file is empty"))
    return node


def _of_lines(path: Path, intent: str, block: ScalarNode, problems: list[Problem]) -> Iterator[Example]:
    first = block.start_mark.line + (2 if block.style in {"|", ">"} else 1)
    for number, line in enumerate(str(block.value).split("\n"), first):
        if not line.strip():
            continue
        if not line.startswith("- ") or not line[2:].strip():
            problems.append(Problem(path, number, f"an example begins with '- ': {line[:60]!r}"))
            continue
        yield Example(path, number, intent, line[2:].strip(" \r"), (intent,))


def _of_items(path: Path, intent: str, block: Node, problems: list[Problem]) -> Iterator[Example]:
    for item in _items(block, path, problems, "examples:"):
        node = value_of(item, "text")
        text = text_of(node).strip("\n\r ")
        if node is None or not text:
            problems.append(Problem(path, line_of(item), "an example needs `text`"))
            continue
        named = value_of(value_of(item, "metadata"), "intents")
        intents = tuple(text_of(name) for name in named.value) if isinstance(named, SequenceNode) else (intent,)
        line = node.start_mark.line + (2 if isinstance(node, ScalarNode) and node.style in {"|", ">"} else 1)
        yield Example(path, line, intent, text, intents)


def _items(node: Node | None, path: Path, problems: list[Problem], name: str) -> list[Node]:
    if isinstance(node, SequenceNode):
        return list(node.value)
    problems.append(Problem(path, line_of(node), f"there is no list under `{name}`"))
    return []


def value_of(node: Node | None, key: str) -> Node | None:
    """What stands under a key of a mapping, None where there is no such key or no mapping."""
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if text_of(name) == key), None)


def text_of(node: Node | None) -> str:
    """The text of a scalar, "" for anything else."""
    return str(node.value) if isinstance(node, ScalarNode) else ""


def line_of(node: Node | None) -> int:
    """The line on which a node begins, 1 for none."""
    return 1 if node is None else int(node.start_mark.line) + 1
