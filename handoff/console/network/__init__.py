"""The network in the console: the map, incidents, jobs, batches, devices and the installation of ONUs."""

from __future__ import annotations

from flask import Blueprint

from handoff.console.network import (
    batch_form,
    batches,
    device_form,
    devices,
    incident_acts,
    incidents,
    job_acts,
    jobs,
    network_map,
    onus,
    subscribers,
)
from handoff.console.ports import Ports

ROOMS = (
    network_map,
    subscribers,
    jobs,
    job_acts,
    incidents,
    incident_acts,
    batches,
    batch_form,
    devices,
    device_form,
    onus,
)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the network."""
    for room in ROOMS:
        room.mount(blueprint, ports)
