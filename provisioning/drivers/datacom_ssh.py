"""Datacom OLTs with DmOS (DM4610, DM4612, DM4615, DM4618) over SSH."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.datacom.commands import DatacomCommands
from provisioning.driver import Driver, Log
from provisioning.olt_cli.login import FIELDS, clock_of, login_of, number
from provisioning.olt_cli.olt import EVERYTHING, CliOlt

_FIELDS = tuple(field for field in FIELDS if field.name != "enable_password")


def connect(fields: Mapping[str, str], log: Log) -> CliOlt:
    """See Driver."""
    commands = DatacomCommands(clock_of(fields), int(number(fields, "pon_limit", 128)))
    return CliOlt(login_of(fields), commands, log, EVERYTHING - {"active"})


DRIVER = Driver("datacom_ssh", "Datacom DmOS por SSH", "olt", _FIELDS, connect)
