"""How a driver describes itself: the kind of equipment, the fields it needs, and which of them are secret."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from core.field import Field

Role = Literal["access", "olt", "acs"]
Log = Callable[[str], None]


@dataclass(frozen=True)
class Driver:
    """One kind of equipment.

    `connect` takes the filled-in fields ({name: text}, secrets in clear, defaults already in) and a log that gets one
    line for every command and answer; secrets never stand in a line. It returns what the role promises: an
    `AccessControl` (ports.py), an `Olt` (olt.py) or a `Cpe` (cpe.py), and opens no connection before its first use.
    Raises Misconfigured for a field that makes no sense.
    """

    kind: str
    title: str
    role: Role
    fields: tuple[Field, ...]
    connect: Callable[[Mapping[str, str], Log], Any]


@cache
def drivers() -> Mapping[str, Driver]:
    """Every driver by its kind: the modules of `provisioning.drivers` that have a DRIVER."""
    from provisioning import drivers as folder

    found = (
        importlib.import_module(f"{folder.__name__}.{item.name}") for item in pkgutil.iter_modules(folder.__path__)
    )
    return {module.DRIVER.kind: module.DRIVER for module in found if hasattr(module, "DRIVER")}
