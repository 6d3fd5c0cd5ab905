"""Checks the training data: `python -m nlu.lint` prints one line for each problem and exits with 1 if there is any."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlu.boundaries import BOUNDARIES, read_boundaries
from nlu.components.normalise import normalise
from nlu.environment import NLU
from nlu.example_text import wrong_in
from nlu.examples import (
    SEVERAL,
    Example,
    Problem,
    line_of,
    load_node,
    read_examples,
    text_of,
    training_files,
    value_of,
)
from nlu.labelled import DEV_SAMPLE
from nlu.languages import languages
from nlu.near_copies import NearCopies

COMPLETE = "pt_BR"
"""The language that has to hold every intent in full number; others may be on their way."""
FLOOR_OF_ACTING = 300
FLOOR = 120
ACTING = frozenset({"invoice_second_copy", "signal_release", "outage_no_connection", "slow_internet"})
"""Intents on which the bot acts by itself, on the network or on money."""
MOST_UNEQUAL = 12
"""The largest intent holds at most so many times the examples of the smallest."""
# Everybody writes "bom dia", or a phone number and nothing else: only a longer text can be a copy.
_TOO_SHORT_TO_COPY = 2
_WORD = re.compile(r"[^\W\d_]+")


def lint(root: Path, samples: Iterable[Path] = ()) -> list[Problem]:
    """The problems of all languages below `root`, which holds `domain.yml`, `data/` and maybe `evaluation/`.

    `samples` are further JSON Lines of Brazilian messages that nothing may be copied from. Empty when all is well.
    """
    problems: list[Problem] = []
    domain = root / "domain.yml"
    intents = _intents(domain, problems)
    for folder in sorted(path for path in (root / "data").iterdir() if path.is_dir()):
        if folder.name not in languages():
            problems.append(Problem(folder, 1, f"there is no nlu/languages/{folder.name}.py to read it by"))
            continue
        own = sorted((root / "evaluation" / folder.name).glob("*.jsonl"))
        judges = [*own, *samples] if folder.name == COMPLETE else own
        problems += _lint_language(folder, intents, judges, root / "evaluation" / folder.name / BOUNDARIES)
        if folder.name == COMPLETE:
            there = {path.stem for path in training_files(folder)}
            missing = [name for name in intents if name not in there]
            problems += [Problem(domain, intents[name], f"{name} has no file in {folder.name}") for name in missing]
    return sorted(problems)


def _intents(domain: Path, problems: list[Problem]) -> dict[str, int]:
    names = value_of(load_node(domain, problems), "intents")
    return {text_of(node): line_of(node) for node in (names.value if names is not None else [])}


def _lint_language(folder: Path, intents: dict[str, int], judges: list[Path], boundaries: Path) -> Iterator[Problem]:
    problems: list[Problem] = []
    examples = [example for path in training_files(folder) for example in read_examples(path, problems)]
    judged = [(text, f"{path.name}:{line}") for path in judges for line, text in _messages(path, problems)]
    judged += [(case, place) for case, place in _boundary_cases(boundaries, intents, problems)]
    yield from problems
    yield from _labels(examples, intents)
    forms = [normalise(example.text, folder.name) or example.text for example in examples]
    for example in examples:
        yield from (Problem(example.path, example.line, text) for text in wrong_in(example))
    yield from _repeated(examples, forms)
    yield from _copied(examples, forms, judged, folder.name)
    if folder.name == COMPLETE:
        yield from _counted(examples)


def _boundary_cases(path: Path, intents: dict[str, int], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    if not path.exists():
        if path.parent.name == COMPLETE:
            problems.append(Problem(path, 1, "the boundary rules are missing"))
        return
    for boundary in read_boundaries(path, problems):
        for case in boundary.cases:
            if case.intent not in intents:
                problems.append(Problem(path, case.line, f"{case.intent} is not in the domain"))
            yield case.text, f"{path.name}:{case.line}"


def _messages(path: Path, problems: list[Problem]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, str(json.loads(line)["text"])
        except (ValueError, KeyError, TypeError):
            problems.append(Problem(path, number, "no JSON object with `text`"))


def _labels(examples: list[Example], intents: dict[str, int]) -> Iterator[Problem]:
    for example in examples:
        unknown = [name for name in dict.fromkeys((example.intent, *example.intents)) if name not in intents]
        for name in unknown:
            yield Problem(example.path, example.line, f"{name} is not in the domain")
        if example.path.name != SEVERAL and example.path.stem != example.intent:
            yield Problem(example.path, example.line, f"{example.intent} belongs into {example.intent}.yml")
        if example.intents[:1] != (example.intent,):
            yield Problem(example.path, example.line, f"the first of `intents` has to be {example.intent}")
        if example.path.name == SEVERAL and len(set(example.intents)) < 2:
            yield Problem(example.path, example.line, "an example of several requests needs two `intents`")


def _repeated(examples: list[Example], forms: list[str]) -> Iterator[Problem]:
    by_text: dict[tuple[str, str], Example] = {}
    by_form: dict[str, Example] = {}
    for example, form in zip(examples, forms, strict=True):
        same = by_text.setdefault((example.intent, example.text), example)
        first = by_form.setdefault(form, example)
        if same is not example:
            yield Problem(example.path, example.line, f"already at {_place(same)}: {example.text[:60]!r}")
        if first.intent != example.intent:
            yield Problem(example.path, example.line, f"also {first.intent} at {_place(first)}: {example.text[:60]!r}")


def _copied(
    examples: list[Example], forms: list[str], judged: list[tuple[str, str]], language: str
) -> Iterator[Problem]:
    places: dict[str, str] = {}
    for text, place in judged:
        if _can_be_copied(text):
            places.setdefault(normalise(text, language), place)
    known = NearCopies(places)
    for example, form in zip(examples, forms, strict=True):
        near = known.of(form) if _can_be_copied(example.text) else None
        if near is not None:
            yield Problem(example.path, example.line, f"nearly copied from {places[near]}: {example.text[:60]!r}")


def _can_be_copied(text: str) -> bool:
    return len(_WORD.findall(text)) > _TOO_SHORT_TO_COPY


def _counted(examples: list[Example]) -> Iterator[Problem]:
    texts: defaultdict[str, set[str]] = defaultdict(set)
    first: dict[str, Example] = {}
    for example in examples:
        texts[example.intent].add(example.text)
        first.setdefault(example.intent, example)
    for intent, found in texts.items():
        floor = FLOOR_OF_ACTING if intent in ACTING else FLOOR
        if len(found) < floor:
            yield Problem(first[intent].path, 1, f"{len(found)} examples of {intent}, at least {floor} are needed")
    by_size = sorted(texts, key=lambda intent: len(texts[intent]))
    if by_size and len(texts[by_size[-1]]) > MOST_UNEQUAL * len(texts[by_size[0]]):
        small, large = by_size[0], by_size[-1]
        sizes = f"{len(texts[large])} examples of {large}, {len(texts[small])} of {small}"
        yield Problem(first[large].path, 1, f"{sizes}: more than {MOST_UNEQUAL} to 1")


def _place(example: Example) -> str:
    return f"{example.path.name}:{example.line}"


def _main() -> None:
    problems = lint(NLU, [DEV_SAMPLE] if DEV_SAMPLE.exists() else [])
    for problem in problems:
        print(f"{os.path.relpath(problem.path)}:{problem.line}: {problem.text}")
    sys.exit(f"nlu: {len(problems)} problems in the training data" if problems else 0)


if __name__ == "__main__":
    _main()
