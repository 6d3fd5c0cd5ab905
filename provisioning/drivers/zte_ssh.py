"""ZTE OLTs (C300, C320, C600, C610, C620, C650) over SSH."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Misconfigured
from core.field import Field
from provisioning.driver import Driver, Log
from provisioning.olt_cli.login import FIELDS, clock_of, login_of, number
from provisioning.olt_cli.olt import CliOlt
from provisioning.zte.commands import ZteCommands
from provisioning.zte.names import Names

_FAMILY = Field("family", "Família", required=False, default="C3xx", about="C3xx (C300, C320) ou C6xx (C600 a C650)")


def connect(fields: Mapping[str, str], log: Log) -> CliOlt:
    """See Driver."""
    family = (fields.get("family") or "C3xx").upper()[:2]
    if family not in ("C3", "C6"):
        raise Misconfigured("device_fields", "family")
    commands = ZteCommands(Names(newer=family == "C6"), clock_of(fields), int(number(fields, "pon_limit", 128)))
    return CliOlt(login_of(fields), commands, log)


DRIVER = Driver("zte_ssh", "ZTE C3xx e C6xx por SSH", "olt", (*FIELDS, _FAMILY), connect)
