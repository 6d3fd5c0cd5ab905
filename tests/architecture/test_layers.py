"""Imports go down: the front hall knows everything, the core knows nothing, rooms side by side are blind."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from tests.architecture.tree import dotted, imports, modules, product, reached

FRONT_HALL = frozenset(
    {
        "app",
        "worker",
        "clock",
        "traps",
        "cli",
        "cli_agents",
        "cli_billing",
        "cli_channels",
        "cli_database",
        "cli_devices",
        "cli_erp",
        "cli_reconcile",
        "cli_gateways",
        "cli_models",
        "cli_nlu",
        "cli_templates",
        "cli_simulator",
        "supervisor",
        "stores",
        "processes",
        "environment",
        "data_folder",
        "demo",
    }
)
FLOOR = {
    "core": 0,
    "models": 1,
    "nlu": 2,
    "provisioning": 2,
    "billing": 2,
    "handoff": 3,
    "bot": 4,
    "webhooks": 5,
    "wiring_channels": 6,
    "wiring_network": 6,
    "wiring_settings": 6,
    "wiring_gateway": 7,
    "wiring_erp": 8,
    "wiring_money": 9,
    "wiring_desk": 9,
    "wiring_api": 9,
    "wiring": 10,
    **dict.fromkeys(FRONT_HALL, 11),
}
BESIDE_THE_HOUSE = frozenset({"migrations", "bench", "tests"})
# What speaks to the outside knows values only: no rows, no database sessions.
ROWLESS = ("nlu/", "provisioning/drivers/", "webhooks/channels/", "billing/erps/", "billing/gateways/")
OUTSIDE = frozenset({"models", "sqlalchemy", "psycopg", "redis", "rq", "requests", "flask"})
DECISION = (
    "bot/decide.py",
    "bot/serve.py",
    "bot/unclear.py",
    "bot/away.py",
    "bot/identify.py",
    "bot/people.py",
    "bot/expectations.py",
    "bot/job_results.py",
    "bot/opting.py",
)


def room(name: str) -> str:
    return name.split(".")[0]


def rooms_of(path: str) -> set[str]:
    return {room(name) for name in imports(path)} & (FLOOR.keys() | BESIDE_THE_HOUSE)


def test_every_top_level_name_has_its_place() -> None:
    assert {room(dotted(path)) for path in modules()} <= FLOOR.keys() | BESIDE_THE_HOUSE


@pytest.mark.parametrize("path", [path for path in product() if not path.startswith("migrations/")])
def test_module_imports_only_what_lies_below(path: str) -> None:
    own = room(dotted(path))
    for other in rooms_of(path) - {own}:
        if own in FRONT_HALL:
            assert other not in {"bench", "tests"}, f"{path} imports {other}"
        else:
            assert FLOOR.get(other, len(FLOOR)) < FLOOR[own], f"{path} imports {other}"


def test_migrations_know_the_rows_and_the_core_only() -> None:
    for path in modules():
        if path.startswith("migrations/"):
            assert rooms_of(path) <= {"migrations", "models", "core"}, path


@pytest.mark.parametrize("path", [path for path in product() if path.startswith(ROWLESS)])
def test_what_speaks_to_the_outside_reaches_no_rows(path: str) -> None:
    assert not {"models", "sqlalchemy"} & {room(name) for name in reached(path)}


def test_components_inside_rasa_need_no_other_room() -> None:
    for path in modules():
        if path.startswith("nlu/components/"):
            assert {room(name) for name in reached(path)} & FLOOR.keys() <= {"nlu"}, path


@pytest.mark.parametrize("path", [*DECISION, *(p for p in product() if p.startswith("bot/answers/"))])
def test_deciding_reaches_nothing_outside(path: str) -> None:
    assert not OUTSIDE & {room(name) for name in reached(path)}


@pytest.mark.parametrize("name", sorted(name for name in FLOOR.keys() - FRONT_HALL if not name.startswith("wiring")))
def test_every_module_of_a_room_can_be_imported_by_itself(name: str) -> None:
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, f"{name}."):
        # Those inside Rasa's own interpreter, and the entry of a process.
        if not found.name.startswith(("nlu.components", "nlu.tests")) and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
