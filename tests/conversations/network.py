"""The demo's network in memory: who is blocked and what each ONU reads, so that an action is done at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from core.errors import Refused
from provisioning import simulated_network
from provisioning.ports import AccessState, LineReading, Note, OnuState, Outcome, Session

PLANT = Path(simulated_network.__file__).parent / "demo_network.json"


class DemoNetwork:
    """AccessControl, and the Olt of every name, over the lines of the demo, as `start_over` puts them."""

    def __init__(self) -> None:
        self._plant: list[dict[str, Any]] = json.loads(PLANT.read_text(encoding="utf-8"))["subscribers"]
        self.start_over()

    def start_over(self) -> None:
        """Every line as the demo begins."""
        self._lines = {line["pppoe_login"]: dict(line) for line in self._plant}

    def put(self, login: str, state: str) -> None:
        """Blocks the login, or puts its ONU into a state; without light or power there is no session either."""
        self._lines[login].update({"blocked": True} if state == "blocked" else {"state": state})

    def state(self, login: str) -> AccessState:
        """See AccessControl."""
        now = datetime.now(UTC)
        line = self._lines.get(login)
        if line is None:
            return AccessState(False, (), (), now, known=False)
        session = Session(1, login, "81a00001", "127.0.0.1", "100.64.0.1", now)
        groups = (*(("suspenso",) if line["blocked"] else ()), line["plan_group"])
        return AccessState(line["blocked"], groups, (session,) if line["state"] == "online" else (), now)

    def set_blocked(self, login: str, blocked: bool, note: Note, *, doubtful: bool = False) -> Outcome:
        """See AccessControl."""
        line = self._lines[login]
        before, line["blocked"] = line["blocked"], blocked
        note(f"blocked: {before} -> {blocked}")
        return Outcome("already" if before == blocked and not doubtful else "verified", "settled", {"blocked": blocked})

    def read(self, pon: str, onu: str) -> LineReading:
        """See Olt."""
        for line in self._lines.values():
            if line["onu"] == onu:
                now = datetime.now(UTC)
                power = line["lit_dbm"] if line["state"] == "online" else None
                return LineReading(cast(OnuState, line["state"]), power, now, now)
        raise Refused("unknown_onu", onu)
