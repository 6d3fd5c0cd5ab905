"""Who commits, who steps out of transactions, and who may swallow an error."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import product, tree

# Migrations commit their own: no product code runs inside them.
# FreeRADIUS's database is not ours, and PyMySQL does not commit by itself.
COMMIT = {"core/db.py", "migrations/env.py", "provisioning/radius/database.py"}
# A savepoint: a part of a transaction that is undone alone.
BEGIN = {"core/db.py", "migrations/env.py"}
# Single statements of ours, databases that are not the product's own, and locks, which live outside of transactions.
AUTOCOMMIT = {
    "core/db.py",
    "stores.py",
    "provisioning/radius/tables.py",
    "provisioning/locks.py",
    "provisioning/simulated_network/",
}
SWALLOWS = {"worker.py"}


def calls(path: str, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node


def autocommits(path: str) -> bool:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg in {"autocommit", "isolation_level"}:
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            if value in (True, "AUTOCOMMIT"):
                return True
    return False


def swallows(path: str) -> bool:
    """Whether a handler takes every exception and does not raise it again at its end."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[-1], ast.Raise):
            named = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {""}
            if named & {"", "Exception", "BaseException"}:
                return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            everything = {ast.unparse(argument) for argument in node.args} & {"Exception", "BaseException"}
            if everything:
                return True
    return False


def test_only_the_database_module_commits_or_rolls_back() -> None:
    assert {path for path in product() if any(calls(path, "commit", "rollback"))} == COMMIT


def test_nobody_begins_transactions_beside_it() -> None:
    begun = {
        path
        for path in product()
        for call in calls(path, "begin", "begin_nested", "begin_transaction")
        if ast.unparse(call.func).split(".")[-2].strip("()").endswith(("engine", "session", "connection", "context"))
    }
    assert begun == BEGIN


def test_autocommit_is_for_single_statements_foreign_databases_and_locks() -> None:
    for path in product():
        assert not autocommits(path) or path.startswith(tuple(AUTOCOMMIT)), path


def test_only_the_worker_swallows_every_error() -> None:
    assert {path for path in product() if swallows(path)} == SWALLOWS
