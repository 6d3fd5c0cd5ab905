"""The actions on the network, one concept to a file: whatever a file lists in ACTIONS is found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from provisioning.action import Action


def _found() -> dict[str, Action]:
    modules = (importlib.import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__))
    return {action.name: action for module in modules for action in module.ACTIONS}


ACTIONS: Mapping[str, Action] = _found()
