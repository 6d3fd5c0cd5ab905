"""The network in the console: the map, incidents, jobs, batches, devices and the installation of ONUs."""

from __future__ import annotations

from flask import Blueprint

from handoff.console.network import (
    batch_form,
    batches,
    incident_acts,
    incidents,
    job_acts,
    jobs,
    network_map,
    subscribers,
)
from handoff.console.ports import Ports


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds all pages of the network."""
    for room in (network_map, subscribers, jobs, job_acts, incidents, incident_acts, batches, batch_form):
        room.mount(blueprint, ports)
