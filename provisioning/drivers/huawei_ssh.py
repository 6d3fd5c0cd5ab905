"""Huawei SmartAX OLTs (MA5600, MA5800) over SSH."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.driver import Driver, Log
from provisioning.huawei.commands import HuaweiCommands
from provisioning.olt_cli.login import FIELDS, clock_of, login_of, number
from provisioning.olt_cli.olt import CliOlt


def connect(fields: Mapping[str, str], log: Log) -> CliOlt:
    """See Driver."""
    commands = HuaweiCommands(clock_of(fields), int(number(fields, "pon_limit", 128)))
    return CliOlt(login_of(fields), commands, log)


DRIVER = Driver("huawei_ssh", "Huawei SmartAX por SSH", "olt", FIELDS, connect)
