"""Deeds and roles: the template is what each kind of person could do before there were rows."""

from __future__ import annotations

import pytest

from handoff.access import Attendant
from handoff.console.entrances import BY_DEED, DEED_OF, FOR_EVERYBODY, opens
from handoff.permits import ALL_DEEDS, NOBODY, TEMPLATE, TITLES, Deed, Role, beyond, may, template_role

LINE = {"line.diagnose", "line.release", "line.reboot", "line.wifi"}
DESK = {"conversation.answer", "customer.reveal", *LINE}
COLLECTING = {"money.see", "invoice.hold", "proof.decide", "payment.assign", "money.compare"}


def deeds(role: str, *queues: str) -> frozenset[Deed]:
    return Attendant(1, "x", "X", role, frozenset(queues)).deeds


@pytest.mark.parametrize(("queues", "more"), [
    (("N1",), set()),
    (("N2",), {"network.see"}),
    (("N3", "N1"), {"network.see"}),
    (("Cobrança",), COLLECTING),
    (("Financeiro",), COLLECTING | {"agreement.decide"}),
    (("Financeiro", "N2"), COLLECTING | {"agreement.decide", "network.see"}),
])  # fmt: skip
def test_agents_deeds_grow_with_their_queues(queues: tuple[str, ...], more: set[str]) -> None:
    assert deeds("agent", *queues) == DESK | more


def test_technicians_install_and_nothing_else_whatever_their_queues() -> None:
    assert deeds("technician", "N2", "Financeiro") == {"onu.ask"}


def test_supervisors_may_all_but_administer_and_administrators_everything() -> None:
    left = ALL_DEEDS - deeds("supervisor")
    assert left == {deed for deed in ALL_DEEDS if deed.startswith(("admin.", "api."))} | {"device.change"}
    assert deeds("admin") == ALL_DEEDS


def test_unknown_role_may_nothing_and_sees_nothing() -> None:
    nobody = Attendant(1, "x", "X", "gerente", frozenset({"N1"}))
    assert (nobody.deeds, nobody.sees_all, nobody.uses_console) == (frozenset(), False, False)
    assert template_role("gerente") == NOBODY


def test_every_deed_has_a_title_and_a_role_that_has_it() -> None:
    titled = [deed for group in TITLES.values() for deed in group]
    assert sorted(titled) == sorted(ALL_DEEDS)
    assert all(any(deed in role.deeds for role in TEMPLATE) for deed in ALL_DEEDS)


def test_a_row_holds_before_the_template() -> None:
    small = Role("admin", "Administração", frozenset({"money.see"}))
    who = Attendant(1, "x", "X", "admin", frozenset(), small)
    assert may(who, "money.see")
    assert not may(who, "admin.people")
    assert not who.sees_all


def test_nobody_gives_what_they_do_not_have() -> None:
    karina = Attendant(1, "karina", "Karina", "supervisor", frozenset())
    assert beyond(karina, template_role("agent")) == frozenset()
    assert "device.change" in beyond(karina, template_role("admin"))
    hidden = Role("x", "X", frozenset(), by_queue={"N1": frozenset({"admin.people"})})
    assert beyond(karina, hidden) == {"admin.people"}


@pytest.mark.parametrize("deed", sorted(ALL_DEEDS))
def test_a_role_with_one_deed_opens_its_pages_and_no_other(deed: Deed) -> None:
    who = Attendant(1, "x", "X", "one", frozenset(), Role("one", "Um", frozenset({deed})))
    opened = {endpoint for endpoint in (*DEED_OF, *FOR_EVERYBODY, "console.forgotten") if opens(who, endpoint)}
    assert opened == FOR_EVERYBODY | {f"console.{name}" for name in BY_DEED.get(deed, ())}
