"""Makes FreeRADIUS's tables in the demo's own database and fills them with the demo provider's subscribers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from core.errors import Misconfigured
from provisioning.simulated_network.neighbourhood import demo_network, neighbours

_HERE = Path(__file__).parent
_NEXT_NUMBER = "SELECT count(*) FROM simulated_line WHERE olt = %(olt)s AND pon = %(pon)s"
_TEST_PASSWORD = "demo"  # noqa: S105 - the demo's subscribers dial with it; nothing real does


def prepare_radius(database_url: str, *, suspended_group: str = "suspenso", with_neighbours: bool = False) -> bool:
    """Creates what is missing and seeds an empty database; returns whether it seeded. May be called twice.

    The named subscribers are always there, their neighbours when asked for.

    Only for the embedded demo database: raises Misconfigured, before changing anything, where groups exist that this
    function did not put there.
    """
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        if _foreign(connection):
            raise Misconfigured("foreign_radius_database", "has subscribers that are not the demo's")
        connection.execute((_HERE / "radius_schema.sql").read_text(encoding="utf-8").encode())
        plant = demo_network()
        _seed_plant(connection, plant)
        if connection.execute("SELECT 1 FROM simulated_line LIMIT 1").fetchone():
            return False
        _seed_groups(connection, plant, suspended_group)
        everybody = [*plant["subscribers"], *(neighbours(plant) if with_neighbours else ())]
        for number, subscriber in enumerate(everybody, start=1):
            area = plant["areas"].get(subscriber["cto"], "")
            _seed_subscriber(connection, number, {**subscriber, "area": area}, suspended_group)
        return True


def _foreign(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT to_regclass('radusergroup'), to_regclass('simulated_line')").fetchone()
    if not found or not found[0] or found[1]:
        return False
    return connection.execute("SELECT 1 FROM radusergroup LIMIT 1").fetchone() is not None


def _seed_plant(connection: psycopg.Connection[Any], plant: dict[str, Any]) -> None:
    """PONs with their capacity, and ONUs that hang on a fibre and are configured nowhere; each only once."""
    if connection.execute("SELECT 1 FROM simulated_pon LIMIT 1").fetchone():
        return
    for pon in plant["pons"]:
        connection.execute("INSERT INTO simulated_pon VALUES (%(olt)s, %(pon)s, %(capacity)s)", pon)
    for onu in plant["found"]:
        connection.execute(
            "INSERT INTO simulated_found (onu, olt, pon, cto, model, lit_dbm)"
            " VALUES (%(onu)s, %(olt)s, %(pon)s, %(cto)s, %(model)s, %(lit_dbm)s)",
            onu,
        )


def _seed_groups(connection: psycopg.Connection[Any], plant: dict[str, Any], suspended_group: str) -> None:
    for group, reply in {**plant["plan_groups"], suspended_group: plant["suspended_reply"]}.items():
        for attribute, value in reply.items():
            connection.execute(
                "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES (%s, %s, ':=', %s)",
                (group, attribute, value),
            )


def _seed_subscriber(
    connection: psycopg.Connection[Any], number: int, subscriber: dict[str, Any], suspended_group: str
) -> None:
    login, online = subscriber["pppoe_login"], subscriber["state"] == "online"
    connection.execute(
        "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, 'Cleartext-Password', ':=', %s)",
        (login, _TEST_PASSWORD),
    )
    groups = [(subscriber["plan_group"], 10)] + ([(suspended_group, 1)] if subscriber["blocked"] else [])
    for group, priority in groups:
        connection.execute(
            "INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, %s, %s)", (login, group, priority)
        )
    changed = datetime.now(UTC) - (timedelta(days=number, minutes=7 * number) if online else timedelta(minutes=40))
    connection.execute(
        "INSERT INTO simulated_line"
        " (onu, pppoe_login, olt, pon, cto, area, state, rx_dbm, lit_dbm, since, number, vlan)"
        " VALUES (%(onu)s, %(pppoe_login)s, %(olt)s, %(pon)s, %(cto)s, %(area)s, %(state)s, %(rx)s, %(lit_dbm)s,"
        " %(since)s, %(number)s, 100)",
        {
            **subscriber,
            "rx": subscriber["lit_dbm"] if online else None,
            "since": changed,
            "number": connection.execute(_NEXT_NUMBER, subscriber).fetchone()[0],  # type: ignore[index]
        },
    )
    _seed_session(connection, number, subscriber, changed)


def _seed_session(
    connection: psycopg.Connection[Any], number: int, subscriber: dict[str, Any], since: datetime
) -> None:
    """An open session for who is online; for the others the one that the fault ended."""
    online, blocked = subscriber["state"] == "online", subscriber["blocked"]
    connection.execute(
        "INSERT INTO radacct (acctsessionid, acctuniqueid, username, nasipaddress, acctstarttime, acctstoptime,"
        " acctterminatecause, framedipaddress, class) VALUES (%s, %s, %s, '127.0.0.1', %s, %s, %s, %s, %s)",
        (
            f"81a{number:05x}",
            uuid.uuid4().hex,
            subscriber["pppoe_login"],
            since if online else since - timedelta(days=2),
            None if online else since,
            None if online else "Lost-Carrier",
            f"100.{66 if blocked else 64}.0.{number}",
            "bloqueados" if blocked else "",
        ),
    )
