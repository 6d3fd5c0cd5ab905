"""The channels that the contract is held against, each with its stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.channels.rigs import Rig, meta_rig, twilio_rig


@pytest.fixture(params=["meta", "twilio"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if request.param == "meta":
        with meta_rig(tmp_path) as over_meta:
            yield over_meta
    else:
        with twilio_rig(tmp_path) as over_twilio:
            yield over_twilio
