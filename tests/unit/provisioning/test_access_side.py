"""Several devices that block: each login belongs to the one that knows it, and a silent one makes nothing certain."""

from __future__ import annotations

import pytest

from core.errors import Unreachable
from provisioning.access_side import AnyAccess, listing_of, one_of
from provisioning.ports import AccessState
from tests.unit.provisioning.fakes import FakeAccess


class Silent(FakeAccess):
    """Does not answer."""

    def state(self, login: str) -> AccessState:
        """Never."""
        raise Unreachable("routeros")


def ignore(line: str) -> None:
    """Nobody reads along."""


def test_login_is_blocked_where_it_is_known() -> None:
    stranger, home = FakeAccess(blocked=False, known=False), FakeAccess(blocked=False)

    outcome = AnyAccess([stranger, home]).set_blocked("bruno.lima", True, ignore)

    assert outcome.result == "verified"
    assert (home.blocked, stranger.calls) == (True, [])


def test_login_is_found_behind_a_device_that_does_not_answer() -> None:
    assert AnyAccess([Silent(), FakeAccess()]).state("bruno.lima").known


def test_login_that_nobody_knows_is_unknown_only_when_everybody_answered() -> None:
    nowhere = FakeAccess(known=False)

    assert not AnyAccess([nowhere, nowhere]).state("ninguem").known
    with pytest.raises(Unreachable):
        AnyAccess([Silent(), nowhere]).state("ninguem")


class Lists(FakeAccess):
    """Holds back whom it is told to hold back."""

    def __init__(self, *logins: str) -> None:
        super().__init__()
        self.logins = logins

    def held_back(self) -> frozenset[str]:
        """See Listing."""
        if not self.logins:
            raise Unreachable("routeros")
        return frozenset(self.logins)


def test_devices_that_all_list_are_one_that_lists_everybody() -> None:
    both = listing_of(one_of([Lists("ana"), Lists("bruno", "carla")]))
    assert both
    assert both.held_back() == {"ana", "bruno", "carla"}


def test_nobody_is_listed_where_one_device_cannot_list() -> None:
    assert listing_of(one_of([Lists("ana"), FakeAccess()])) is None
    assert listing_of(one_of([])) is None


def test_nobody_is_listed_while_one_device_does_not_answer() -> None:
    both = listing_of(one_of([Lists("ana"), Lists()]))
    assert both
    with pytest.raises(Unreachable):
        both.held_back()
