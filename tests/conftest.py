"""Real PostgreSQL and Valkey for the tests, with the real migrations, emptied between tests."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import migrations  # noqa: E402
from core.db import Database, make_engine  # noqa: E402
from models import Base  # noqa: E402
from stores import EmbeddedPostgres, EmbeddedValkey, start  # noqa: E402

FAST = ("fsync=off", "full_page_writes=off", "shared_buffers=64MB")


# What runs side by side (`make test`) is a file, but for what shares servers that take long to start, or the machine.
# The console's pages need no whole system, but for its day: each of their files is dealt out by itself.
TOGETHER = {
    "tests/e2e/test_console_day": "system",
    "tests/e2e/test_console_": "",
    "tests/e2e/": "system",
    "tests/pppoe/": "pppoe",
    "tests/contract/drivers/": "radius",
    "tests/integration/test_radius_": "radius",
    "tests/integration/test_nlu_": "nlu",
    "tests/integration/test_spanish": "nlu",
    "tests/unit/nlu/": "reading",
    # Two long tests alone would come last, and one processor would wait for them.
    "tests/integration/test_month": "reading",
}


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Deals the tests out by file, or by the name that TOGETHER gives to several files."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((name for start, name in TOGETHER.items() if path.startswith(start)), "") or path


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """What `make test` deals the tests out with."""
    return Together(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of facts beside the project; tests that read it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is not here: its vectors and recordings are not part of the project")
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One embedded server for the whole run."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("stores") / "postgres", settings=FAST)
    server.prepare()
    process = start(server.command())
    server.wait_ready(lambda: process.poll() is None)
    yield server
    process.send_signal(signal.SIGINT)
    process.wait(20)


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    """Address of a migrated database for this run."""
    postgres.ensure_database("religa_test")
    migrations.upgrade(postgres.url("religa_test"))
    return postgres.url("religa_test")


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[sa.Engine]:
    """One engine for the run, so that each test does not pay for new connections."""
    engine = make_engine(database_url, pool_size=20)
    yield engine
    engine.dispose()


# Emptying a table takes a millisecond or more, and a test touches few: only what was used is emptied.
TABLES = Base.metadata.sorted_tables
ROWS = "(SELECT '{0}' FROM \"{0}\" LIMIT 1)"
IDS = "(SELECT '{0}' FROM \"{0}_id_seq\" WHERE is_called)"
USED = sa.text(
    " UNION ALL ".join(
        [ROWS.format(table.name) for table in TABLES] + [IDS.format(table.name) for table in TABLES if "id" in table.c]
    )
)


def emptied(engine: sa.Engine) -> None:
    """Takes all rows away; ids begin at 1 again."""
    with engine.begin() as connection:
        used = {str(row[0]) for row in connection.execute(USED)}
        if used:
            names = ", ".join(f'"{name}"' for name in sorted(used))
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture
def db(engine: sa.Engine) -> Database:
    """An empty, migrated database behind the product's own `Database`; ids begin at 1."""
    emptied(engine)
    return Database(engine)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded Valkey for the whole run."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    process = start(server.command())
    server.wait_ready(lambda: process.poll() is None)
    yield server.url
    process.terminate()
    process.wait(10)
