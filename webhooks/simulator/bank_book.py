"""The books of the pretended bank: charges with their Pix, what was paid of them, what went back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webhooks.simulator.database import Database


@dataclass(frozen=True)
class BankCharge:
    """`state`: open, cancelled, paid (money came, maybe not all), reversed (all of it went back). Amounts in cents;
    `due_date` is an ISO day."""

    id: str
    key: str
    amount: int
    due_date: str
    about: str
    pix: str
    state: str
    paid: int
    returned: int
    paid_at: datetime | None


class BankBook:
    """Every method may be called by any thread or process at any time."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def register(
        self, key: str, amount: int, due_date: str, about: str, code_of: Callable[[str], str]
    ) -> BankCharge | None:
        """A new charge whose Pix is `code_of` its id; the same key is the same charge."""
        new_id = f"chg_{secrets.token_hex(8)}"
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO charge (id, key, amount, due_date, about, pix) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO NOTHING",
                (new_id, key, amount, due_date, about, code_of(new_id)),
            )
        return self.find(key)

    def find(self, key: str) -> BankCharge | None:
        """The charge of this key."""
        return _first(self._database.read("SELECT * FROM charge WHERE key = ?", key))

    def charge(self, id_: str) -> BankCharge | None:
        """The charge of this id."""
        return _first(self._database.read("SELECT * FROM charge WHERE id = ?", id_))

    def shown_to(self, wa_id: str) -> list[BankCharge]:
        """The charges whose Pix was sent to this phone, newest first."""
        rows = self._database.read(
            "SELECT * FROM charge WHERE EXISTS (SELECT 1 FROM message WHERE phone = ? AND author = 'business'"
            " AND status <> 'failed' AND instr(content, pix) > 0) ORDER BY rowid DESC",
            wa_id,
        )
        return [_charge(row) for row in rows]

    def cancel(self, id_: str) -> bool:
        """Whether it is cancelled now: one that was paid is not."""
        return self._change(
            "UPDATE charge SET state = 'cancelled' WHERE id = ? AND state IN ('open', 'cancelled')", id_
        )

    def pay(self, id_: str, cents: int) -> bool:
        """Money comes; not for a charge that was cancelled or given back."""
        sql = (
            "UPDATE charge SET state = 'paid', paid = paid + ?, paid_at = ? WHERE id = ? AND state IN ('open', 'paid')"
        )
        return self._change(sql, cents, self._clock().timestamp(), id_)

    def give_back(self, id_: str, cents: int) -> bool:
        """Money goes back, as much as is there."""
        sql = (
            "UPDATE charge SET returned = returned + ?, state = iif(returned + ? >= paid, 'reversed', 'paid')"
            " WHERE id = ? AND state = 'paid' AND returned + ? <= paid"
        )
        return self._change(sql, cents, cents, id_, cents)

    def _change(self, sql: str, *values: Any) -> bool:
        with self._database.write() as connection:
            return connection.execute(sql, values).rowcount == 1


def _first(rows: list[Any]) -> BankCharge | None:
    return _charge(rows[0]) if rows else None


def _charge(row: Any) -> BankCharge:
    names = ("id", "key", "amount", "due_date", "about", "pix", "state", "paid", "returned")
    paid_at = datetime.fromtimestamp(row["paid_at"], UTC) if row["paid_at"] else None
    return BankCharge(**{name: row[name] for name in names}, paid_at=paid_at)
