"""A small provider to run a driver against: a RADIUS database, a NAS, and subscribers that dial."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from provisioning.drivers.radius import make
from provisioning.radius.access import RadiusAccess
from provisioning.simulated_network.lines import Plant, connect
from provisioning.simulated_network.nas import Nas
from provisioning.simulated_network.subscribers import Subscribers
from tests.integration.mariadb import MariaDb

SECRET = "segredo-de-teste"


class Rig:
    """What the contract needs to arrange and to see, whatever is behind it."""

    def __init__(self, database_url: str, subscribers: Subscribers) -> None:
        self.database_url = database_url
        self.plant = Plant(database_url)
        self.subscribers = subscribers
        self.nas = Nas(subscribers, SECRET, carries=self.plant.carries)
        self.nas.behaviour.redial_seconds = 0.8
        self.nas.start()

    def access(self, *, secret: str = SECRET, port: int = 0, host: str = "127.0.0.1", **terms: Any) -> RadiusAccess:
        """The driver under test; `terms` as `make` takes them."""
        terms = {"settle_seconds": 3.0, **terms}
        return make(self.database_url, secret=secret, coa_host=host, coa_port=port or self.nas.port, **terms)

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the RADIUS database, as an operator would look."""
        with connect(self.database_url) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def block(self, login: str) -> None:
        """Blocks by hand, without telling anybody."""
        self.sql("INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, 'suspenso', 1)", login)

    def dial(self, login: str) -> None:
        """Brings `login` online now, with what RADIUS says now."""
        usual, self.nas.behaviour.redial_seconds = self.nas.behaviour.redial_seconds, 0.0
        self.nas.redial(login)
        self.nas.behaviour.redial_seconds = usual
        wait_until(lambda: self.held(login) is not None)

    def held(self, login: str) -> bool | None:
        """Whether the session that the NAS holds for `login` is held back; None without a session."""
        sessions = self.subscribers.find(login=login)
        return bool(sessions[-1].address_list) if sessions else None

    def accepts(self, login: str) -> int:
        """How often `login` was let in."""
        return int(
            self.sql("SELECT count(*) FROM radpostauth WHERE username = %s AND reply = 'Access-Accept'", login)[0][0]
        )


class MySqlRig(Rig):
    """A rig whose RADIUS tables stand in MariaDB; the plant stays where the simulated network keeps it."""

    def __init__(self, plant_url: str, server: MariaDb, database: str, subscribers: Subscribers) -> None:
        super().__init__(plant_url, subscribers)
        self.database_url, self._server, self._database = server.url(database), server, database

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the RADIUS database."""
        return self._server.sql(self._database, query, values)


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Returns when it holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
