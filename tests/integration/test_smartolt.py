"""SmartOLT: what it takes for a yes, how its limits are kept by all processes, and that a chat asks for no list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from core.http import make_session
from provisioning.drivers.smartolt import DRIVER, SmartOlt
from provisioning.olt import OnuOrder
from provisioning.smartolt.client import SmartOltClient
from provisioning.smartolt.ledger import CALLS_AN_HOUR, COUNTS_IN_TEN_MINUTES, LISTS_AN_HOUR, Ledger
from tests.integration.smartolt_stub import READS, TOKEN, WRITES, SmartOltStub
from tests.vectors import load

PON = "1/2"
SERIAL = "HWTC1234ABCD"
ORDER = OnuOrder(PON, SERIAL, "Casa da Ana", 100, "300M", "150M", extra={"onu_type": "EG8145V5", "zone": "Centro"})


class Rig:
    """A stub, and drivers on it as several processes would have them: each new, one ledger for all."""

    def __init__(self, stub: SmartOltStub, folder: Path) -> None:
        self.stub, self.now, self.log = stub, 1_800_000_000.0, list[str]()
        self.ledger = Ledger(folder / "ledger" / "book.json", lambda: self.now)

    def olt(self, token: str = TOKEN, **fields: str) -> SmartOlt:
        session = make_session()
        session.headers["X-Token"] = token
        client = SmartOltClient(self.stub.url, session, self.ledger, self.log.append, lambda seconds: None)
        return SmartOlt(client, self.ledger, {"olt_id": "1", **fields})


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    stub = SmartOltStub()
    stub.start()
    yield Rig(stub, tmp_path)
    stub.stop()


def test_stub_answers_only_paths_and_shapes_of_the_shared_facts(rig: Rig) -> None:
    facts = load("network/smartolt/endpoints.json")
    known = {line.partition("?")[0].partition(" (")[0] for line in (*facts["read"], *facts["write"])}
    assert {f"GET {path}" for path in READS} | {f"POST {path}" for path in WRITES} <= known
    rig.stub.seat(SERIAL)
    shapes = facts["shapes"]
    _, statuses = rig.stub.answer("GET", "onu/get_onus_statuses", {}, {})
    assert statuses["response"][0].keys() == shapes["get_onus_statuses[]"].keys()
    _, signal = rig.stub.answer("GET", f"onu/get_onu_signal/{SERIAL}", {}, {})
    assert signal.keys() == shapes["get_onu_signal"].keys()
    _, error = rig.stub.answer("GET", "onu/get_onu_signal/ninguem", {}, {})
    assert error.keys() == shapes["error"].keys()


def test_reading_one_onu_asks_for_no_list(rig: Rig) -> None:
    rig.stub.seat(SERIAL)
    reading = rig.olt().read(PON, "48575443-1234ABCD")
    assert (reading.onu_state, reading.rx_dbm, reading.olt_rx_dbm) == ("online", -19.25, -21.1)
    assert rig.stub.calls == [f"GET onu/get_onu_status/{SERIAL}", f"GET onu/get_onu_signal/{SERIAL}"]


@pytest.mark.parametrize(
    ("word", "state"),
    [("LOS", "los"), ("Power fail", "dying_gasp"), ("Offline", "offline"), ("Updating", "unknown"), ("", "unknown")],
)
def test_word_for_a_state_is_read_and_a_strange_one_is_unknown(rig: Rig, word: str, state: str) -> None:
    rig.stub.seat(SERIAL, status=word)
    assert rig.olt().read(PON, SERIAL).onu_state == state
    assert [onu.state for onu in rig.olt().sweep().onus] == [state]


def test_live_words_are_asked_for_only_where_the_field_says_so(rig: Rig) -> None:
    rig.stub.seat(SERIAL, status="Offline")
    assert rig.olt().read(PON, SERIAL).down_cause == "unknown"
    assert "get_onu_full_status_info" not in " ".join(rig.stub.calls)
    reading = rig.olt(full_status="sim").read(PON, SERIAL)
    assert (reading.down_cause, reading.distance_m) == ("dying_gasp", 1840)


def test_sweep_within_the_interval_is_paced_in_every_process(rig: Rig) -> None:
    rig.stub.seat(SERIAL)
    assert [onu.serial for onu in rig.olt().sweep().onus] == [SERIAL]
    rig.now += 299
    with pytest.raises(Unreachable) as raised:
        rig.olt().sweep()
    assert (raised.value.code, raised.value.retry_after) == ("paced", 1.0)
    rig.now += 1
    rig.olt().sweep()
    assert rig.stub.calls == ["GET onu/get_onus_statuses"] * 2


def test_onu_under_another_name_is_found_after_a_sweep_and_is_not_unknown_before(rig: Rig) -> None:
    rig.stub.seat(SERIAL, "cliente-0042")
    with pytest.raises(Unreachable, match="not_listed_yet"):
        rig.olt().read(PON, SERIAL)
    rig.olt().sweep()
    assert rig.olt().read(PON, SERIAL).onu_state == "online"
    assert rig.stub.calls.count("GET onu/get_onus_statuses") == 1
    with pytest.raises(Refused, match="unknown_onu"):
        rig.olt().read(PON, "HWTCFFFFFFFF")


def test_account_keeps_its_hour_its_lists_and_its_counts(rig: Rig) -> None:
    waits = [rig.ledger.take() for _ in range(20)]
    assert waits[0] == 0.0
    assert waits[19] == pytest.approx(19 * 0.12)
    for number in range(LISTS_AN_HOUR):
        rig.ledger.take_list(f"olt-{number}", 300)
    with pytest.raises(Unreachable, match="paced"):
        rig.ledger.take_list("another", 300)
    for _ in range(COUNTS_IN_TEN_MINUTES):
        rig.ledger.take_count()
    with pytest.raises(Unreachable, match="paced"):
        rig.ledger.take_count()
    for _ in range(CALLS_AN_HOUR - 20 - LISTS_AN_HOUR - COUNTS_IN_TEN_MINUTES):
        rig.ledger.take()
    with pytest.raises(Unreachable) as raised:
        rig.ledger.take()
    assert raised.value.retry_after == 3600.0
    rig.now += 3600
    assert rig.ledger.take() == 0.0


def test_ledger_that_was_cut_off_while_written_starts_anew(rig: Rig, tmp_path: Path) -> None:
    rig.ledger.take()
    (tmp_path / "ledger" / "book.json").write_text('{"calls": {"si', encoding="utf-8")
    assert rig.ledger.take() == 0.0


def test_authorised_onu_is_configured_and_counted(rig: Rig) -> None:
    olt = rig.olt()
    rig.stub.unconfigured.append({"sn": SERIAL, "board": "1", "port": "2", "onu_type_name": "EG8145V5"})
    assert [(onu.pon, onu.serial, onu.model) for onu in olt.found()] == [(PON, SERIAL, "EG8145V5")]
    olt.add(ORDER)
    config = olt.config(PON, SERIAL)
    assert config is not None
    assert (config.description, config.vlan, config.line_profile) == ("Casa da Ana", 100, "300M")
    assert olt.load(PON).used == 1
    with pytest.raises(Refused, match="exists"):
        olt.add(ORDER)


def test_add_refuses_what_waits_nowhere_or_elsewhere_and_a_full_pon(rig: Rig) -> None:
    with pytest.raises(Refused, match="not_found"):
        rig.olt().add(ORDER)
    rig.stub.unconfigured.append({"sn": SERIAL, "board": "1", "port": "7"})
    with pytest.raises(Refused, match="not_found"):
        rig.olt().add(ORDER)
    rig.stub.unconfigured = [{"sn": SERIAL, "board": "1", "port": "2"}]
    rig.stub.seat("HWTC00000001")
    with pytest.raises(Refused, match="pon_full"):
        rig.olt(pon_limit="1").add(ORDER)
    assert not [call for call in rig.stub.calls if call.startswith("POST")]


def test_switch_reboot_and_removal_reach_the_onu(rig: Rig) -> None:
    onu, olt = rig.stub.seat(SERIAL), rig.olt()
    olt.set_active(PON, SERIAL, False)
    assert onu["admin"] == "Disabled"
    config = olt.config(PON, SERIAL)
    assert config is not None
    assert not config.active
    olt.set_active(PON, SERIAL, True)
    olt.reboot(PON, SERIAL)
    assert (onu["admin"], rig.stub.reboots) == ("Enabled", [SERIAL])
    olt.remove(PON, SERIAL)
    olt.remove(PON, SERIAL)
    assert rig.stub.onus == {}


def test_onu_under_another_name_is_removed_by_that_name(rig: Rig) -> None:
    rig.stub.seat(SERIAL, "cliente-0042")
    rig.olt().remove(PON, SERIAL)
    assert rig.stub.onus == {}


def test_status_false_is_a_refusal_with_its_words(rig: Rig) -> None:
    rig.stub.seat(SERIAL)
    rig.stub.answers["reboot"] = (200, {"status": False, "error": "OLT is locked"})
    with pytest.raises(Refused) as raised:
        rig.olt().reboot(PON, SERIAL)
    assert (raised.value.code, raised.value.detail) == ("olt_refused", "OLT is locked")


@pytest.mark.parametrize("told", [None, (502, "<html>Bad gateway</html>"), (200, "<html>Login</html>")])
def test_change_without_a_plain_answer_is_in_doubt_and_a_question_is_not(
    rig: Rig, told: tuple[int, str] | None
) -> None:
    rig.stub.seat(SERIAL)
    rig.stub.answers.update({"reboot": told, "get_onu_status": told})
    with pytest.raises(Unreachable) as changed:
        rig.olt().reboot(PON, SERIAL)
    assert changed.value.ambiguous
    with pytest.raises(Unreachable) as asked:
        rig.olt().read(PON, SERIAL)
    assert not asked.value.ambiguous


def test_change_that_was_done_before_the_line_broke_shows_when_it_is_read_back(rig: Rig) -> None:
    onu = rig.stub.seat(SERIAL)
    rig.stub.hang_up_after.add("disable")
    with pytest.raises(Unreachable) as raised:
        rig.olt().set_active(PON, SERIAL, False)
    assert raised.value.ambiguous
    assert onu["admin"] == "Disabled"


@pytest.mark.parametrize("told", [(429, {"status": False, "error": "slow"}), (403, {"error": "hourly limit reached"})])
def test_limit_of_the_service_says_when_to_come_back(rig: Rig, told: tuple[int, object]) -> None:
    rig.stub.seat(SERIAL)
    rig.stub.answers["get_onu_status"] = told
    with pytest.raises(Unreachable) as raised:
        rig.olt().read(PON, SERIAL)
    assert (raised.value.code, raised.value.retry_after) == ("rate_limited", 60.0)


def test_wrong_token_is_a_wrong_setting_and_no_token_is_logged(rig: Rig) -> None:
    with pytest.raises(Misconfigured, match="login"):
        rig.olt(token="outra-chave").read(PON, SERIAL)
    assert TOKEN not in "\n".join(rig.log)
    assert "outra-chave" not in "\n".join(rig.log)


@pytest.mark.parametrize(
    "fields", [{"url": "ftp://x"}, {"token": ""}, {"olt_id": ""}, {"zone": "x"}, {"pon_limit": "x"}]
)
def test_field_that_makes_no_sense_is_named_at_once(fields: dict[str, str]) -> None:
    sound = {"url": "https://provedor.smartolt.com/api", "token": "t", "olt_id": "1"}
    with pytest.raises(Misconfigured, match="field"):
        DRIVER.connect({**sound, **fields}, lambda line: None)
