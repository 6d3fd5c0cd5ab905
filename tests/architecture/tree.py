"""The project's own files, read as text and as syntax trees, for tests that look at how it is built."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = frozenset({"__pycache__", "trained", "node_modules", "screenshots"})
HIDDEN_BUT_OURS = frozenset({".ci", ".env.example", ".gitignore"})


@cache
def files() -> tuple[str, ...]:
    """Paths of the project's files, relative and sorted; without environments, caches and state."""
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in _below(ROOT)))


def _below(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        hidden = entry.name.startswith(".") and entry.name not in HIDDEN_BUT_OURS
        if hidden or entry.name in NOT_OURS or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _below(Path(entry.path))
        else:
            yield Path(entry.path)


def modules() -> tuple[str, ...]:
    """Paths of all Python files, tests included."""
    return tuple(path for path in files() if path.endswith(".py"))


def product() -> tuple[str, ...]:
    """Paths of the Python files that run at a provider's: without tests and measurements."""
    return tuple(path for path in modules() if not path.startswith(("tests/", "bench/", "nlu/tests/")))


def text(path: str) -> str:
    """A file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: str) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(text(path), path)


def dotted(path: str) -> str:
    """The module's name: `core/db.py` is core.db, `core/__init__.py` is core."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def imports(path: str) -> frozenset[str]:
    """Every module that a file imports, wherever in the file, as dotted names; `from a import b` gives a and a.b."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path}:{node.lineno}: relative import"
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def reached(path: str) -> frozenset[str]:
    """Everything that is imported by importing this file, over all own files: dotted names."""
    by_name = {dotted(other): other for other in modules()}
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        for name in imports(waiting.pop()) - seen:
            seen.add(name)
            if name in by_name:
                waiting.append(by_name[name])
    return frozenset(seen)
