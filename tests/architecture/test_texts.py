"""The sentences and the code that says them: names exist, none is idle, placeholders match, all fit."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest

from billing.records import BlockedFor, ContractStatus
from bot.answers import ANSWERS
from bot.answers.help_menu import ROWS
from bot.diagnosis_told import READ_AT_THE_PLACE
from bot.guided import STEPS, WHEN_SLOW
from bot.texts import FOLDER, Texts
from bot.wishes import SMALL_TALK
from provisioning.verdict import REMEDY

BOT = Path(__file__).parents[2] / "bot"
TEXTS = Texts.load()
LANGUAGES = [Texts.load(path.stem) for path in sorted(FOLDER.glob("*.yml"))]
in_every_language = pytest.mark.parametrize("texts", LANGUAGES, ids=lambda texts: texts.language)
# Sentences are chosen by a name that is put together; only these beginnings may be.
COMPOSED = (
    "again.",
    "ask_intent.",
    "cause.",
    "consent.",
    "intent.",
    "lead.",
    "menu.",
    "part.",
    "proved.",
    "reason.",
    "release.denied.",
    "rule.",
    "status.",
    "step.",
    "tried_step.",
    "verdict.",
    "wifi.",
)


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(BOT.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `texts(...)`, with the place it stands at."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
                "texts",
                "_texts",
            }:
                yield f"{path.name}:{node.lineno}", node


def strings() -> set[str]:
    return {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def placeholders(name: str, texts: Texts = TEXTS) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(texts._sentences[name]) if field}


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_sentence_exists_when_the_code_names_it_and_gets_every_placeholder() -> None:
    found = 0
    for place, call in calls():
        name = literal(call.args[0]) if call.args else None
        if name is None:
            continue
        found += 1
        assert name in TEXTS.names(), f"{place} says {name!r}"
        if any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {keyword.arg for keyword in call.keywords}
        assert placeholders(name) <= given, f"{place} leaves {placeholders(name) - given} of {name} open"
    assert found > 30


def test_composed_name_has_a_beginning_that_is_known() -> None:
    for place, call in calls():
        if call.args and isinstance(call.args[0], ast.JoinedStr):
            first = call.args[0].values[0]
            assert isinstance(first, ast.Constant), place
            assert str(first.value).startswith(COMPOSED), f"{place} begins with {first.value!r}"


def test_no_sentence_is_idle() -> None:
    named = strings()
    idle = {name for name in TEXTS.names() if name not in named and not name.startswith(COMPOSED)}
    assert not idle


def test_composed_names_are_complete() -> None:
    assert with_beginning("verdict.") == with_beginning("cause.") == set(REMEDY)
    assert with_beginning("step.") == with_beginning("tried_step.") == {*WHEN_SLOW, *chain(*STEPS.values())}
    assert {cause for cause, remedy in REMEDY.items() if remedy == "try"} == set(STEPS)
    assert with_beginning("part.") == set(READ_AT_THE_PLACE)
    assert with_beginning("intent.") == set(ANSWERS) | {"inform"}
    assert with_beginning("ask_intent.") == set(ANSWERS) - SMALL_TALK
    assert set(ROWS) | set(ANSWERS) - SMALL_TALK <= with_beginning("menu.")
    assert with_beginning("rule.") == with_beginning("release.denied.")
    blocked = {f"blocked_{why}" for why in get_args(BlockedFor)}
    assert with_beginning("status.") == {*get_args(ContractStatus)} - {"blocked"} | blocked
    assert with_beginning("proved.") == {"phone", "two_facts", "code"}


def test_reason_for_agents_exists_for_every_hand_over_and_none_is_idle() -> None:
    reasons = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "hand_off":
                reason = literal(node.args[2])
                if reason:
                    reasons.add(reason)
                    sentence = literal(node.args[3])
                    assert sentence in TEXTS.names(), sentence
                    extra = {keyword.arg for keyword in node.keywords}
                    assert placeholders(sentence) <= {"queue", "protocol"} | extra, sentence
    assert reasons | {"given_up", "runs_away"} == with_beginning("reason.")


def with_beginning(beginning: str) -> set[str]:
    return {name.removeprefix(beginning) for name in TEXTS.names() if name.startswith(beginning)}


@in_every_language
def test_sentences_fit_the_channel_with_room_for_what_is_filled_in(texts: Texts) -> None:
    for name in texts.names():
        sentence = texts._sentences[name]
        assert sentence == sentence.strip()
        assert len(sentence) <= 500, name
    for name in texts.names():
        if name.startswith("button.") or name in {"menu.button", "choose.button"}:
            assert len(texts(name, **dict.fromkeys(placeholders(name, texts), "12"))) <= 20, name
    assert all(len(texts(f"menu.{row}")) <= 24 for row in {*ROWS, *ANSWERS} - SMALL_TALK | set(ROWS))


@in_every_language
def test_sentence_does_without_a_name_when_there_is_none(texts: Texts) -> None:
    for name in texts.names():
        if "name" in placeholders(name, texts) and not name.startswith("summary."):
            filled = texts(name, **dict.fromkeys(placeholders(name, texts) - {"name"}, "x"), name="")
            assert not re.search(r"(^|\s)[,!?.]|, [!?.]|[^\S\n]{2}", filled), filled
            first = filled.lstrip("¡¿")[0]
            assert first.isupper() or not first.isalpha(), filled


@in_every_language
def test_release_is_called_done_only_in_the_sentences_of_a_verified_release(texts: Texts) -> None:
    saying = {name for name in texts.names() if re.search("foi liberado|fue liberada", texts._sentences[name])}
    assert saying == {"release.done", "release.done_paid", "payment.back"}
