"""Files and functions stay small enough to be read at one sitting; what is longer has a reason."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.tree import modules, product, text, tree

FILE_LINES = 250
TEST_FILE_LINES = 350
FUNCTION_LINES = 40

LONG_FILES = {
    "core/settings.py": "one list: every setting with what is expected and an example",
    "migrations/versions/0001_the_first_tables.py": "one list: every table of the first schema",
}
LONG_TEST_FILES = {
    "tests/integration/test_deliver.py": "one handler, in every order in which answers and receipts can come",
    "tests/integration/test_turns.py": "one handler, in every state in which it can find a conversation",
}
LONG_FUNCTIONS = {
    ("migrations/versions/0001_the_first_tables.py", "upgrade"): "one list of tables",
    ("migrations/versions/0001_the_first_tables.py", "downgrade"): "the same list backwards",
    ("tests/e2e/console_scene.py", "a_full_conversation"): "one story, told in order",
    ("tests/e2e/test_console_day.py", "test_a_day_from_the_bot_to_the_second_level_and_to_its_end"): "one story",
    ("tests/integration/test_console_conversation.py", "ana_is_known"): "one story, told in order",
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "service_utils"}


def lines_of(path: str) -> int:
    return len(text(path).splitlines())


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the signature and the docstring: promises may be as long as they need."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions() -> set[tuple[str, str]]:
    return {
        (path, node.name)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and code_lines(node) > FUNCTION_LINES
    }


def test_product_files_are_short_but_for_the_listed_ones() -> None:
    assert {path for path in product() if lines_of(path) > FILE_LINES} == LONG_FILES.keys()


def test_test_files_are_short_but_for_the_listed_ones() -> None:
    tests = set(modules()) - set(product())
    assert {path for path in tests if lines_of(path) > TEST_FILE_LINES} <= LONG_TEST_FILES.keys()


def test_functions_are_short_but_for_the_listed_ones() -> None:
    assert long_functions() == LONG_FUNCTIONS.keys()


@pytest.mark.parametrize("path", modules())
def test_file_names_say_what_is_inside(path: str) -> None:
    words = path.rsplit("/", 1)[-1].removesuffix(".py")
    assert words not in VAGUE
    assert not words.startswith("base_")
