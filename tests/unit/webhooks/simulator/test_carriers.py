"""The threads that carry webhooks end with the application that they belong to."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

from tests.unit.webhooks.simulator.standin import standing_in, wait_until


def _carriers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("courier-")}


def test_carriers_end_when_nobody_needs_them_any_more(tmp_path: Path) -> None:
    before = _carriers()
    with standing_in(tmp_path) as running:
        running.write("oi")
        mine = _carriers() - before
        assert mine

    def ended() -> bool:
        gc.collect()
        return not any(thread.is_alive() for thread in mine)

    wait_until(ended)
