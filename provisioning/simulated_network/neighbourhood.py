"""The demo's plant as its file tells it: named subscribers, their unnamed neighbours, PONs, and ONUs not yet in use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("demo_network.json")


def demo_network() -> dict[str, Any]:
    """The whole file."""
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return read


def neighbours(plant: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The neighbours one by one, in the shape of a subscriber: they fill the streets, so that an outage has a size."""
    for group in plant["neighbours"]:
        for number in range(group["first"], group["first"] + group["count"]):
            yield {
                "pppoe_login": f"vizinho.{number:03d}",
                "olt": group["olt"],
                "pon": group["pon"],
                "cto": group["cto"],
                "onu": f"{group['maker']}0000{0xA000 + number:04X}",
                "state": "online",
                # Homes at different distances.
                "lit_dbm": round(group["lit_dbm"] - number % 7 / 2, 1),
                "blocked": False,
                "plan_group": "fibra-300",
            }
