"""Trouble that can be switched on, to see how the product lives with it: by count, by chance, always the same."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from webhooks.simulator.database import Database

# What it does to people who read the page or the command line, in Portuguese, by scope and mode.
MODES = {
    "messages": {
        "500": "responde 500",
        "503": "responde 503, sem o corpo do Graph",
        "130429": "responde 429: limite do número",
        "131056": "responde 429: muitas mensagens para a mesma pessoa",
        "131047": "responde 400: fora da janela de 24 h",
        "131026": "responde 400: não entregável",
        "190": "responde 401: token recusado",
        "hang": "espera `seconds` e segue como sempre",
        "slow_answer": "aceita na hora, responde depois de `seconds`",
        "drop_connection": "aceita e entrega, e fecha a conexão sem responder",
        "drop_before": "fecha a conexão sem aceitar, depois de `seconds`",
        "undeliverable": "aceita, e o recibo diz que não foi possível entregar",
        "status_first": "o recibo chega antes da resposta do envio",
        "fail_later": "aceita, e o recibo diz que falhou com o código `code`",
        "rewrite_wa_id": "troca o wa_id pelo gêmeo com ou sem o nono dígito, daqui em diante",
        "strict_limits": "conta de verdade: 80/s por número, uma a cada 6 s por pessoa, 45 de folga",
    },
    "media": {
        "500": "responde 500",
        "503": "responde 503, sem o corpo do Graph",
        "190": "responde 401: token recusado",
        "hang": "espera `seconds` e segue como sempre",
        "gone": "diz que o arquivo não existe mais",
        "link_expired": "o endereço do arquivo já venceu",
        "wrong_hash": "o sha256 não é o do arquivo",
        "slow": "manda o arquivo aos poucos, durante `seconds`",
    },
    "webhooks": {
        "duplicate": "entrega `amount` vezes a mais; com `seconds`, uma delas depois",
        "shuffle": "fora de ordem, dentro de `seconds`",
        "delay": "atrasa `seconds`, na ordem",
        "batch": "junta até `amount` em um só POST, esperando até `seconds` por eles",
        "lose_status": "o recibo não vem nunca",
    },
    "templates": {
        "reject": "recebe o próximo modelo e o recusa",
        "as_marketing": "recebe o próximo modelo como marketing, seja qual for",
        "500": "responde 500",
        "190": "responde 401: token recusado",
    },
}
# Limits and batches hold until they are switched off; they are asked about, not used up.
STANDING = frozenset({"strict_limits", "batch"})
_CODE = re.compile(r"[0-9]{1,6}")


def known(scope: str, mode: str) -> bool:
    """Whether there is such trouble. Any code of the Graph API may be answered to a message."""
    return mode in MODES.get(scope, {}) or (scope == "messages" and _CODE.fullmatch(mode) is not None)


@dataclass(frozen=True)
class FailureMode:
    """One trouble of a scope: it strikes `remaining` more times (None: until cleared), each call with `chance`.

    `seconds`, `amount` and `code` are what the mode asks for. With the same `seed` the same calls are struck: the n-th
    call that could be struck always meets the same fate.
    """

    scope: str
    mode: str
    seconds: float = 0.0
    remaining: int | None = 1
    chance: float = 1.0
    amount: int = 0
    code: int = 0
    seed: int = 1


class FailureModes:
    """What is switched on, oldest first. Kept in the file: every process meets the same trouble."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wanted: FailureMode) -> None:
        """Switches it on, behind what is on already."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO trouble (scope, mode, seconds, remaining, chance, amount, code, seed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    wanted.scope,
                    wanted.mode,
                    wanted.seconds,
                    wanted.remaining,
                    wanted.chance,
                    wanted.amount,
                    wanted.code,
                    wanted.seed,
                ),
            )

    def clear(self) -> None:
        """Everything works again."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM trouble")

    def waiting(self) -> list[FailureMode]:
        """What is switched on, in order."""
        return [_mode(row) for row in self._database.read("SELECT * FROM trouble ORDER BY id")]

    def standing(self, mode: str) -> FailureMode | None:
        """A standing trouble, not used up by asking; None when it is off."""
        rows = self._database.read("SELECT * FROM trouble WHERE mode = ? ORDER BY id LIMIT 1", mode)
        return _mode(rows[0]) if rows else None

    def take(self, scope: str, modes: Collection[str] = ()) -> FailureMode | None:
        """What strikes this call, used up by one; None when the call may succeed. `modes`: only one of these."""
        if not self._database.read("SELECT 1 FROM trouble WHERE scope = ? LIMIT 1", scope):
            return None
        with self._database.write() as connection:
            return self.draw(connection, scope, modes)

    def draw(self, connection: sqlite3.Connection, scope: str, modes: Collection[str] = ()) -> FailureMode | None:
        """As `take`, inside the caller's transaction."""
        rows = connection.execute("SELECT * FROM trouble WHERE scope = ? ORDER BY id", (scope,)).fetchall()
        for row in rows:
            if row["mode"] in STANDING or (modes and row["mode"] not in modes):
                continue
            if _strikes(connection, row):
                _use_up(connection, row)
                return _mode(row)
        return None


def _strikes(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    if row["chance"] >= 1:
        return True
    connection.execute("UPDATE trouble SET draws = draws + 1 WHERE id = ?", (row["id"],))
    # Not for secrets: the same seed is to bring the same run.
    drawn = random.Random(f"{row['seed']}/{row['mode']}/{row['draws']}").random()  # noqa: S311
    return bool(drawn < row["chance"])


def _use_up(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    if row["remaining"] is None:
        return
    if row["remaining"] > 1:
        connection.execute("UPDATE trouble SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
    else:
        connection.execute("DELETE FROM trouble WHERE id = ?", (row["id"],))


def _mode(row: Any) -> FailureMode:
    return FailureMode(
        row["scope"],
        row["mode"],
        row["seconds"],
        row["remaining"],
        row["chance"],
        row["amount"],
        row["code"],
        row["seed"],
    )
