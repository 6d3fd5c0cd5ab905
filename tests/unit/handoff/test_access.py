"""The rules of roles and queues."""

from __future__ import annotations

import itertools

import pytest

from handoff.access import Attendant, may_see
from models.conversation import Conversation

ROLES = ("agent", "supervisor", "technician", "admin")


def somebody(role: str, *queues: str) -> Attendant:
    return Attendant(1, "x", "X", role, frozenset(queues))


def expected(role: str, queues: tuple[str, ...], queue: str | None, owner: int | None) -> bool:
    """The rule once more, said the long way round."""
    if role == "technician":
        return False
    if role in ("supervisor", "admin") or owner == 1:
        return True
    return "N1" in queues if queue is None else queue in queues


@pytest.mark.parametrize(
    ("role", "queues", "queue", "owner"),
    itertools.product(ROLES, [(), ("N1",), ("N2", "Financeiro")], [None, "N1", "N2", "Cobrança"], [None, 1, 2]),
)
def test_may_see_follows_role_queue_and_owner(
    role: str, queues: tuple[str, ...], queue: str | None, owner: int | None
) -> None:
    seen = may_see(somebody(role, *queues), Conversation(queue=queue, agent_id=owner, told={}))
    assert seen is expected(role, queues, queue, owner)


@pytest.mark.parametrize(("role", "console", "supervises"), [
    ("agent", True, False), ("supervisor", True, True), ("technician", False, False), ("admin", True, True),
])  # fmt: skip
def test_attendant_roles_open_what_they_should(role: str, console: bool, supervises: bool) -> None:
    who = somebody(role)
    assert (who.uses_console, who.supervises) == (console, supervises)
