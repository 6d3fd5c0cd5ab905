"""Raw outputs of real SmartAX devices parse into what is recorded beside them, through the driver's own parsing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from provisioning.huawei import answers
from provisioning.huawei.tables import rows
from provisioning.olt_cli.words import moment
from tests.vectors import DATA

FOLDER = DATA / "network" / "cli_huawei"
RECORDINGS = sorted(FOLDER.glob("*.raw"))
NOW, ZONE = datetime(2026, 11, 20, tzinfo=UTC), ZoneInfo("America/Sao_Paulo")

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="shared data not present: network/cli_huawei")


def recorded(path: Path) -> tuple[str, str, list[dict[str, Any]]]:
    """Command, raw output, expected rows."""
    command = path.name.partition("__")[0].replace("_", " ")
    expected = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["parsed_sample"]
    return command, path.read_text(encoding="utf-8"), expected


def one(name: str) -> list[dict[str, str]]:
    """The rows of one recording."""
    command, raw, _ = recorded(next(path for path in RECORDINGS if path.stem.endswith(name)))
    return rows(command, raw)


@pytest.mark.parametrize("path", RECORDINGS, ids=[path.stem.partition("__huawei_smartax_")[2] for path in RECORDINGS])
def test_recording_parses_into_what_its_yml_says(path: Path) -> None:
    command, raw, expected = recorded(path)

    assert rows(command, raw) == expected


def test_clock_that_was_never_set_dates_nothing() -> None:
    onus = [answers.seen(row, ZONE, NOW) for row in one("display_ont_info_summary_ont_3")]

    assert [(onu.pon, onu.number, onu.state, onu.cause, onu.changed_at) for onu in onus] == [
        ("0/1/0", 0, "online", "", None),
        ("0/1/0", 1, "los", "los", None),
    ]
    assert [onu.rx_dbm for onu in onus] == [-22.84, None]


def test_detail_tells_cause_and_time_when_it_went() -> None:
    row = one("display_ont_info_2")[0]

    assert answers.detail_cause(row, ZONE, NOW) == "dying_gasp"
    assert moment(row["last_down_time"], ZONE, NOW) == datetime(2019, 1, 22, 1, 57, 55, tzinfo=UTC)
    assert answers.place(row["fsp"]) == "0/1/1"


def test_autofind_tells_serials_as_people_write_them() -> None:
    found = [answers.found(row, ZONE, NOW) for row in one("display_ont_autofind_2")]

    assert [(onu.pon, onu.serial, onu.model, onu.found_at) for onu in found] == [
        ("0/1/0", "HWTC11E70E9A", "245H", None),
        ("0/1/0", "HWTCDE135E2D", "010H", None),
    ]


def test_total_counts_in_every_wording_that_was_recorded() -> None:
    raws = [path.read_text(encoding="utf-8") for path in RECORDINGS if "ont_info_fsp" in path.stem]

    assert {answers.total(raw) for raw in raws} == {1, 16}
