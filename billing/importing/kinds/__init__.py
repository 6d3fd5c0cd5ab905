"""The kinds of files that can be imported, each in a module of its name that has a `KIND`."""

from __future__ import annotations

import importlib
import pkgutil

from billing.importing.kind import Kind


def kinds() -> dict[str, Kind]:
    """All of them by name, in the order in which a base is imported: each refers to the ones before."""
    found = (importlib.import_module(f"{__name__}.{module.name}").KIND for module in pkgutil.iter_modules(__path__))
    order = ("plans", "customers", "contracts", "invoices", "payments")
    return {kind.name: kind for kind in sorted(found, key=lambda kind: order.index(kind.name))}
