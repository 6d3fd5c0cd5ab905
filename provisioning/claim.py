"""What one run of a job works with, and how a value of its plan is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.action import Order
from provisioning.ports import Result


@dataclass(frozen=True)
class Claim:
    """What a run works with. `doubtful`: an earlier run may have changed something and did not get to the end.

    `only_plan`: people have not approved yet, or nobody wants it done (`dry_run`).
    """

    job_id: int
    order: Order
    action: str
    before: str
    tries: int
    only_plan: bool
    dry_run: bool
    unreadable: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether something may have been changed already."""
        return self.order.doubtful


ENDS: Mapping[Result, str] = {
    "verified": "feito e conferido",
    "already": "já estava assim",
    "refused": "recusado, nada foi mudado",
    "pending": "aceito, fica para depois",
    "failed": "não foi feito",
    "unknown": "não se sabe se foi feito",
    "planned": "ensaio, nada foi mudado",
}


def said(value: Any) -> str:
    """A value as people read it, in Portuguese."""
    if isinstance(value, bool):
        return "sim" if value else "não"
    return "nada" if value in (None, "") else str(value)
