"""The organogram."""

from __future__ import annotations

import pytest

from handoff.queues import DEFAULT_QUEUE, QUEUE_NAMES, QUEUES, known_queue


def test_queues_are_the_providers_organogram_with_a_description_each() -> None:
    assert [queue.name for queue in QUEUES] == [
        "N1", "N2", "N3", "Comercial", "Financeiro", "Cobrança", "Transbordo", "Empresas",
    ]  # fmt: skip
    assert all(queue.about for queue in QUEUES)
    assert DEFAULT_QUEUE in QUEUE_NAMES


@pytest.mark.parametrize("name", ["", "n1", "N4", "Cobranca"])
def test_known_queue_refuses_what_is_no_queue(name: str) -> None:
    with pytest.raises(ValueError, match="no queue"):
        known_queue(name)
