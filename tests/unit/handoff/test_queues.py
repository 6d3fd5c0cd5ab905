"""The organogram's template, and rows as values."""

from __future__ import annotations

import pytest

from core.errors import Misconfigured
from handoff.queues import DEFAULT_QUEUE, N1, N2, N3, TEMPLATE, Organogram, queue_of


def test_template_is_the_providers_organogram_with_a_description_each() -> None:
    assert [queue.name for queue in TEMPLATE] == [
        "N1", "N2", "N3", "Comercial", "Financeiro", "Cobrança", "Transbordo", "Empresas",
    ]  # fmt: skip
    assert all(queue.about for queue in TEMPLATE)
    assert Organogram(TEMPLATE).queue(None).name == DEFAULT_QUEUE


def test_template_names_only_queues_of_its_own() -> None:
    names = Organogram(TEMPLATE).names
    assert all(queue.overflow_to in names and queue.escalates_to in names | {""} for queue in TEMPLATE)


def test_levels_lead_from_the_first_line_to_the_network_which_does_not_talk_to_customers() -> None:
    here = Organogram(TEMPLATE)
    assert [here.queue(name).escalates_to for name in (N1, N2, N3)] == [N2, N3, ""]
    assert [queue.name for queue in TEMPLATE if not queue.talks_to_customers] == [N3]


def test_queue_of_takes_what_the_row_says_over_the_template() -> None:
    queue = queue_of("N1", {"push": True, "skills": ["fibra"]})
    assert (queue.push, queue.skills, queue.escalates_to) == (True, ("fibra",), "N2")


@pytest.mark.parametrize("terms", [{"colour": "red"}, {"weight": "2"}, {"overflow_minutes": -1}, {"skills": "fibra"}])
def test_queue_of_names_what_makes_no_sense(terms: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match="N1"):
        queue_of("N1", terms)
