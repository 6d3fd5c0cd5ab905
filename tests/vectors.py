"""Reads the shared vectors and demo data; tests that need them are skipped where the folder is absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def load(name: str) -> Any:
    """The parsed JSON file `name` (`vectors/pix.json`); skips the calling test or module when it is not there."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"shared data not present: {name}", allow_module_level=True)
    return json.loads(path.read_text(encoding="utf-8"))
