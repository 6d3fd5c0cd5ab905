"""One SQLite file of the simulated phones: connections per thread, short write transactions, the table shapes."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS revision (value INTEGER NOT NULL);
INSERT INTO revision SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM revision);
CREATE TABLE IF NOT EXISTS phone (
  wa_id TEXT PRIMARY KEY, user_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, note TEXT NOT NULL,
  hides_number INTEGER NOT NULL, position INTEGER NOT NULL, typing_until REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, author TEXT NOT NULL,
  kind TEXT NOT NULL, content TEXT NOT NULL, status TEXT NOT NULL, callback TEXT, created_at REAL NOT NULL,
  revision INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS message_by_phone ON message (phone, revision);
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, mime_type TEXT NOT NULL, filename TEXT NOT NULL, sha256 TEXT NOT NULL,
  created_at REAL NOT NULL, body BLOB NOT NULL, expires_at REAL);
CREATE TABLE IF NOT EXISTS media_link (token TEXT PRIMARY KEY, media_id TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL, phone TEXT NOT NULL, event TEXT NOT NULL,
  error_code INTEGER, happened_at REAL NOT NULL, due_at REAL NOT NULL, leased_until REAL NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0, done_at REAL, accepted INTEGER, detail TEXT, loose INTEGER NOT NULL DEFAULT 0,
  batch TEXT, posts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS mail_waiting ON mail (due_at) WHERE done_at IS NULL;
CREATE INDEX IF NOT EXISTS mail_by_message ON mail (message_id);
CREATE TABLE IF NOT EXISTS trouble (
  id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, mode TEXT NOT NULL, seconds REAL NOT NULL,
  remaining INTEGER, chance REAL NOT NULL, amount INTEGER NOT NULL, code INTEGER NOT NULL, seed INTEGER NOT NULL,
  draws INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS charge (
  id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, due_date TEXT NOT NULL, about TEXT NOT NULL,
  pix TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', paid INTEGER NOT NULL DEFAULT 0,
  returned INTEGER NOT NULL DEFAULT 0, paid_at REAL);
CREATE TABLE IF NOT EXISTS pace (name TEXT PRIMARY KEY, due_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS template (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL,
  status TEXT NOT NULL, reason TEXT NOT NULL, components TEXT NOT NULL, UNIQUE (name, language));
"""
# Columns that files of earlier versions lack.
ADDED = {
    "mail": {
        "detail": "TEXT",
        "loose": "INTEGER NOT NULL DEFAULT 0",
        "batch": "TEXT",
        "posts": "INTEGER NOT NULL DEFAULT 0",
    },
    "media": {"expires_at": "REAL"},
}


class Database:
    """SQLite in WAL mode; safe for several threads and processes, and across a fork."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._local = threading.local()
        self._create()

    def read(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of one SELECT."""
        return self._connection().execute(sql, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: all of it happens, or nothing does."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        # A connection must not be used on the other side of a fork, so the process id is part of its key.
        if getattr(self._local, "pid", None) != os.getpid():
            connection = sqlite3.connect(self._path, timeout=20, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
            self._local.pid = os.getpid()
        found: sqlite3.Connection = self._local.connection
        return found

    def _create(self) -> None:
        # Turning WAL on needs the file alone for a moment and does not wait for its turn when two processes start.
        deadline = time.monotonic() + 20
        while True:
            try:
                self._connection().execute("PRAGMA journal_mode=WAL")
                with self.write() as connection:
                    _add_columns(connection)
                    for statement in TABLES.split(";"):
                        connection.execute(statement)
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def _add_columns(connection: sqlite3.Connection) -> None:
    for table, columns in ADDED.items():
        there = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        for name, kind in columns.items():
            if there and name not in there:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")


def next_revision(connection: sqlite3.Connection) -> int:
    """A number larger than every earlier one, so a page can ask what changed since it last looked."""
    value: int = connection.execute("UPDATE revision SET value = value + 1 RETURNING value").fetchone()[0]
    return value
