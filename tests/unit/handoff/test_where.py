"""Where a conversation waits: the rules of routing, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handoff.queues import TEMPLATE, Organogram, Queue
from handoff.routing.terms import Routing
from handoff.routing.where import Case, Person, Placed, where

HOUSE = Organogram((*TEMPLATE, Queue("N2 Jacareí", "", level=2), Queue("Atención", "", level=1)))
TERMS = Routing(territories=("Jacareí=N2 Jacareí",), languages=("es=Atención",), urgent_classes=("ouro",))
HELENA = Person(7, "N2", frozenset({"N1", "N2"}), frozenset({"fibra"}), frozenset({"pt_BR"}))
ALL = frozenset(queue.name for queue in HOUSE.queues)


def placed(case: Case, house: Organogram = HOUSE) -> Placed:
    return where(case, house, TERMS)


def without(*names: str) -> Organogram:
    kept = tuple(queue for queue in HOUSE.queues if queue.name not in names)
    return Organogram(kept, tuple(queue for queue in HOUSE.queues if queue.name in names))


@pytest.mark.parametrize("wish", sorted(ALL))
def test_where_is_the_bots_wish_when_nothing_speaks_against_it(wish: str) -> None:
    assert placed(Case(wish)) == Placed(wish, 0, None)


@pytest.mark.parametrize(
    ("wish", "queue"),
    [
        ("N1", "Empresas"),
        ("N2", "Empresas"),
        ("Comercial", "Empresas"),
        ("Financeiro", "Financeiro"),
        ("Cobrança", "Cobrança"),
    ],
)
def test_where_sends_companies_to_their_own_people_unless_it_is_about_money(wish: str, queue: str) -> None:
    assert placed(Case(wish, business=True)).queue == queue


def test_where_takes_the_queue_of_a_town_in_place_of_one_of_the_same_level() -> None:
    town = ("Centro", "jacarei")
    assert placed(Case("N2", places=town)).queue == "N2 Jacareí"
    assert placed(Case("N1", places=town)).queue == "N1"
    assert placed(Case("N2", places=("Taubaté", ""))).queue == "N2"


def test_where_takes_the_queue_of_a_language() -> None:
    assert placed(Case("N1", language="es")).queue == "Atención"
    assert placed(Case("Financeiro", language="es")).queue == "Financeiro"


def test_where_brings_back_to_the_same_queue_and_person_when_nothing_better_is_known() -> None:
    assert placed(Case("N1", last=HELENA)) == Placed("N2", 0, 7)
    assert placed(Case("Financeiro", last=HELENA)) == Placed("Financeiro", 0, None)
    assert placed(Case("N1", last=replace(HELENA, had_in="Transbordo"))) == Placed("N1", 0, 7)


def test_where_asks_nobody_first_who_lacks_the_language_or_a_skill() -> None:
    skilled = Organogram((Queue("N1", "", level=1, skills=("fibra", "rádio")),))
    assert placed(Case("N1", last=HELENA), skilled).agent_id is None
    assert placed(Case("N1", last=replace(HELENA, skills=frozenset({"rádio", "fibra"}))), skilled).agent_id == 7
    assert placed(Case("N1", language="es", last=replace(HELENA, had_in=""))).agent_id is None


def test_where_gives_urgent_contracts_a_head_start_and_takes_none_away() -> None:
    assert placed(Case("N1", sla_class="ouro")).priority == 2
    assert placed(Case("N1", sla_class="prata")).priority == 0
    assert placed(Case("N1", sla_class="ouro", priority=3)).priority == 3
    assert placed(Case("N1", sla_class="ouro", priority=2)).priority == 2


def test_where_falls_back_from_a_closed_queue() -> None:
    assert placed(Case("Comercial"), without("Comercial")).queue == "Transbordo"
    assert placed(Case("Comercial"), without("Comercial", "Transbordo")).queue == "N1"
    assert placed(Case("Comercial"), without("Comercial", "Transbordo", "N1")).queue == "N2"
    assert placed(Case("N1", business=True), without("Empresas")).queue == "N1"
    assert placed(Case("N1", last=HELENA), without("N2")).queue == "N1"


def test_where_falls_back_for_a_provider_that_never_had_the_queue() -> None:
    assert placed(Case("Cobrança"), Organogram((Queue("Geral", ""),))).queue == "Geral"


def test_where_knows_no_queue_that_nobody_ever_named() -> None:
    with pytest.raises(ValueError, match="no queue"):
        placed(Case("N9"))


@pytest.mark.parametrize(
    "nonsense",
    [
        {"age_minutes": 0},
        {"sticky_hours": -1},
        {"territories": ("Jacareí",)},
        {"languages": ("=N1",)},
        {"urgent_classes": (1,)},
        {"loop_answers": 3},
        {"loop_repeats": 1},
    ],
)
def test_routing_refuses_terms_that_make_no_sense(nonsense: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Routing(**nonsense)  # type: ignore[arg-type]
