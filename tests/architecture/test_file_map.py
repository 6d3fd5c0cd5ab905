"""The file map is what the captions say, and every module has a caption."""

from __future__ import annotations

import ast

import pytest
from click.testing import CliRunner

from cli import main
from tests.architecture.tree import modules, text, tree


@pytest.mark.parametrize("path", [path for path in modules() if text(path).strip()])
def test_module_starts_with_a_caption_of_one_line(path: str) -> None:
    caption = (ast.get_docstring(tree(path)) or "").splitlines()[0]
    assert text(path).startswith(f'"""{caption}')
    assert caption.endswith((".", "?"))


def test_file_map_is_up_to_date() -> None:
    made = CliRunner().invoke(main, ["file-map"])
    assert made.exit_code == 0, made.output
    assert text("docs/file-map.md") == made.output, "run: python cli.py file-map > docs/file-map.md"
