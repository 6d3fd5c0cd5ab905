"""Settings: one list, in the code and in .env.example, and nobody reads the environment beside it."""

from __future__ import annotations

import ast
from dataclasses import fields

from core.settings import Settings, environment_name, example
from tests.architecture.tree import product, text, tree

PROMISED = {
    "PORT", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "NLU_URL", "DATA_DIR",
    "META_GRAPH_URL", "META_API_VERSION", "META_PHONE_NUMBER_ID", "META_ACCESS_TOKEN", "META_APP_SECRET",
    "META_VERIFY_TOKEN", "TWILIO_API_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM",
    "RADIUS_COA_HOST", "RADIUS_COA_PORT", "RADIUS_SECRET", "RADIUS_DATABASE_URL", "TURN_DEBOUNCE_SECONDS",
}  # fmt: skip
# The list itself; the supervisor, which completes the environment for its children; programs that run beside it.
READERS = {
    "core/settings.py",
    "cli_database.py",
    "supervisor.py",
    "nlu/environment.py",
    "nlu/components/classifier.py",
    "nlu/components/encoder.py",
    "nlu/registry.py",
    "nlu/serve.py",
    "nlu/train.py",
    "provisioning/simulated_network/__main__.py",
}
SECRET_WORDS = ("token", "secret", "password", "database_url", "redis_url")


def test_example_file_lists_every_setting() -> None:
    assert text(".env.example") == example(), "run: python -m core.settings > .env.example"


def test_promised_names_exist() -> None:
    assert {environment_name(item.name) for item in fields(Settings)} >= PROMISED


def test_secrets_may_come_from_files() -> None:
    for item in fields(Settings):
        if any(word in item.name for word in SECRET_WORDS):
            assert item.metadata["secret"], item.name


def test_environment_is_read_in_one_place() -> None:
    readers = {
        path
        for path in product()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os"
    }
    assert readers == READERS
