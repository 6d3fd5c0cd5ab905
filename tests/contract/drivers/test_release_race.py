"""The release race, fifty times: authenticated as suspended, then the row goes, then the session begins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from provisioning.drivers.radius import make
from provisioning.radius.access import RadiusAccess
from provisioning.simulated_network.lines import connect
from provisioning.simulated_network.nas import Nas
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import SECRET, wait_until
from tests.integration.freeradius import FreeRadius
from tests.integration.radius_nas import PASSWORD, WireSubscribers

pytestmark = pytest.mark.freeradius

LOGINS = [f"corrida{number:02}" for number in range(50)]


class Gated(WireSubscribers):
    """A session begins, and accounting hears of it, only after the login's gate was opened."""

    def __init__(self, server: FreeRadius) -> None:
        super().__init__(server)
        self.gates = {login: threading.Event() for login in LOGINS}

    def started(self, login: str, address_list: str) -> None:
        """Waits for the gate."""
        self.gates[login].wait(30)
        super().started(login, address_list)


class Race:
    """Fifty suspended subscribers, each between its authentication and its session."""

    def __init__(self, server: FreeRadius, url: str) -> None:
        self.url, self.subscribers = url, Gated(server)
        with connect(url) as connection:
            for login in LOGINS:
                connection.execute(
                    "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, 'Cleartext-Password', ':=', %s)",
                    (login, PASSWORD),
                )
                connection.execute(
                    "INSERT INTO radusergroup (username, groupname, priority)"
                    " VALUES (%s, 'suspenso', 1), (%s, 'fibra-600', 10)",
                    (login, login),
                )
        self.nas = Nas(self.subscribers, SECRET, carries=lambda login: True)
        self.nas.behaviour.redial_seconds = self.nas.behaviour.registration_seconds = 0.0
        self.nas.start()
        for login in LOGINS:
            self.nas.redial(login)
        wait_until(lambda: self.accepts() == len(LOGINS), 30)

    def end(self) -> None:
        """Takes the subscribers out again."""
        self.nas.stop()
        with connect(self.url) as connection:
            connection.execute("DELETE FROM radcheck WHERE username LIKE 'corrida%'")
            connection.execute("DELETE FROM radusergroup WHERE username LIKE 'corrida%'")
            connection.execute("DELETE FROM radacct WHERE username LIKE 'corrida%'")
            connection.execute("DELETE FROM radpostauth WHERE username LIKE 'corrida%'")

    def accepts(self) -> int:
        """How many were let in so far."""
        query = "SELECT count(DISTINCT username) FROM radpostauth WHERE username LIKE 'corrida%'"
        with connect(self.url) as connection:
            return int(connection.execute(query).fetchall()[0][0])

    def access(self) -> RadiusAccess:
        """The driver."""
        return make(self.url, secret=SECRET, coa_host="127.0.0.1", coa_port=self.nas.port, settle_seconds=10)

    def note(self, login: str, line: str) -> None:
        """The row is gone: now the session, which was let in as suspended, may begin."""
        if "removido" in line:
            self.subscribers.gates[login].set()

    def released(self) -> list[str]:
        """Who is online and not held back."""
        sessions = [held for login in LOGINS for held in self.subscribers.find(login=login)]
        return sorted(held.login for held in sessions if not held.address_list)


@pytest.fixture
def race(freeradius_server: FreeRadius, postgres: EmbeddedPostgres) -> Iterator[Race]:
    """All fifty at the point of no return."""
    race = Race(freeradius_server, postgres.url("contract_freeradius"))
    yield race
    race.end()


def test_each_of_fifty_ends_released_when_released_one_by_one(race: Race) -> None:
    def release(login: str) -> str:
        return race.access().set_blocked(login, False, lambda line: race.note(login, line)).result

    with ThreadPoolExecutor(25) as pool:
        results = list(pool.map(release, LOGINS))

    assert results == ["verified"] * len(LOGINS)
    wait_until(lambda: race.released() == LOGINS)


def test_each_of_fifty_ends_released_when_released_in_one_go(race: Race) -> None:
    results = {}
    for settled in race.access().set_blocked_many(LOGINS, False, race.note):
        results.update({login: outcome.result for login, outcome in settled.items()})

    assert results == dict.fromkeys(LOGINS, "verified")
    wait_until(lambda: race.released() == LOGINS)
