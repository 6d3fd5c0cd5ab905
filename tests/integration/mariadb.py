"""A MariaDB of its own in a folder, on a port of loopback, with FreeRADIUS's tables from Debian."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from tests.integration.freeradius import DEBIAN

SCHEMA = DEBIAN / "mods-config/sql/main/mysql/schema.sql"


def missing() -> str:
    """Why it cannot run here; empty when it can."""
    if not shutil.which("mariadbd") or not shutil.which("mariadb-install-db"):
        return "mariadb-server is not installed"
    if not Path("/usr/lib/freeradius/rlm_sql_mysql.so").exists() or not os.access(SCHEMA, os.R_OK):
        return "freeradius-mysql is not installed, or its schema cannot be read"
    return ""


@dataclass
class MariaDb:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """Its address, as the settings take it."""
        return f"mysql://root@127.0.0.1:{self.port}/{database}"

    def sql(self, database: str, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows, or nothing."""
        terms: dict[str, Any] = {"autocommit": True, "client_flag": CLIENT.MULTI_STATEMENTS, "connect_timeout": 3}
        with (
            pymysql.connect(host="127.0.0.1", port=self.port, user="root", database=database, **terms) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, values or None)
            found = list(cursor.fetchall()) if cursor.description else []
            while cursor.nextset():
                pass
            return found

    def create(self, database: str) -> None:
        """An empty database with Debian's own tables."""
        self.sql("mysql", f"CREATE DATABASE {database}")
        self.sql(database, SCHEMA.read_text(encoding="utf-8"))

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait(30)


def start(folder: Path) -> MariaDb:
    """Makes and starts a server in an empty folder; returns when it answers."""
    data, user = folder / "data", f"--user={os.environ.get('USER', 'root')}" if os.getuid() else "--user=root"
    common = [f"--datadir={data}", user]
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    own = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
    small = ["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", "--performance-schema=OFF"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(["mariadbd", "--no-defaults", *common, *own, *small], stdout=log, stderr=log)
    server, deadline = MariaDb(port, process), time.monotonic() + 60
    while True:
        try:
            server.sql("mysql", "SELECT 1")
        except pymysql.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("MariaDB did not start:\n" + (folder / "log").read_text()[-2000:]) from error
            time.sleep(0.05)
        else:
            return server
