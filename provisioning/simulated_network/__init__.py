"""A small network in one process for the demo: a NAS over FreeRADIUS's tables, and OLTs that answer for their ONUs."""

from __future__ import annotations

from provisioning.simulated_network.seed import prepare_radius

__all__ = ["prepare_radius"]
