"""Fiberhome's gateway: what counts as done, what a lost session means, and what never stands in the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.drivers.fiberhome_tl1 import DRIVER, FiberhomeOlt
from provisioning.olt import OnuOrder
from tests.integration.tl1_stub import Tl1Stub

PON = "NA-NA-1-1"
SERIAL = "FHTT91FBE7C0"
ORDER = OnuOrder(PON, SERIAL, "Casa da Ana", 100, pppoe_login="ana@isp", pppoe_password="s3gr3do-ppp")


@pytest.fixture
def stub() -> Iterator[Tl1Stub]:
    gateway = Tl1Stub()
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def log() -> list[str]:
    return []


def connect(stub: Tl1Stub, log: list[str], **fields: str) -> FiberhomeOlt:
    known = {"host": "127.0.0.1", "port": str(stub.port), "user": stub.user, "password": stub.password}
    olt: FiberhomeOlt = DRIVER.connect(
        {**known, "oltid": "10.0.0.2", "onu_type": "AN5506-04", "timeout": "2", **fields}, log.append
    )
    return olt


def test_no_connection_is_made_before_the_first_question(stub: Tl1Stub, log: list[str]) -> None:
    connect(stub, log).close()
    assert stub.sentences == []


def test_no_error_is_success_and_powers_have_commas(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat(SERIAL)
    reading = connect(stub, log).read("1/1", "FHTT-91fbe7c0")
    assert (reading.onu_state, reading.rx_dbm, reading.tx_dbm, reading.olt_rx_dbm) == ("online", -19.25, 2.31, -21.40)


@pytest.mark.parametrize(
    ("word", "state"),
    [("LOS", "los"), ("Power-Off", "dying_gasp"), ("DOWN", "offline"), ("--", "unknown"), ("Initial", "unknown")],
)
def test_word_for_a_state_is_read_and_a_strange_one_is_unknown(
    stub: Tl1Stub, log: list[str], word: str, state: str
) -> None:
    stub.seat(SERIAL, state=word, off_at="2026-11-20 21:24:00")
    olt = connect(stub, log)
    reading = olt.read(PON, SERIAL)
    assert (reading.onu_state, reading.rx_dbm) == (state, None)
    assert [onu.state for onu in olt.sweep().onus] == [state]
    assert (reading.since is None) == (state == "unknown")
    assert "LST-OMDDM" not in stub.verbs()


def test_sweep_is_two_questions_whatever_the_number_of_blocks(stub: Tl1Stub, log: list[str]) -> None:
    for number in range(25):
        stub.seat(f"FHTT000000{number:02X}", "NA-NA-1-2" if number % 2 else PON, name=f"cliente ; {number}")
    stub.rows_in_a_block = 4
    stub.noise = '\r\n   UNM2000 2026-11-20 21:30:00\r\n*  7 REPT ALM ONU\r\n   "ONU:LOS"\r\n;'
    sweep = connect(stub, log).sweep()
    assert len({onu.serial for onu in sweep.onus}) == 25
    assert {onu.pon for onu in sweep.onus} == {PON, "NA-NA-1-2"}
    assert stub.verbs() == ["LST-ONU", "LST-ONUSTATE"]


def test_unknown_onu_and_pon_are_refused(stub: Tl1Stub, log: list[str]) -> None:
    olt = connect(stub, log)
    with pytest.raises(Refused, match="unknown_onu"):
        olt.read(PON, SERIAL)
    with pytest.raises(Refused, match="unknown_pon"):
        olt.load("NA-NA-9-9")
    with pytest.raises(Refused, match="unknown_pon"):
        olt.load("PON um")
    with pytest.raises(Refused, match="unknown_onu"):
        olt.read(PON, "não é serial")


def test_added_onu_is_listed_with_its_service_and_no_password_in_the_log(stub: Tl1Stub, log: list[str]) -> None:
    olt = connect(stub, log)
    olt.add(ORDER)
    config = olt.config(PON, SERIAL)
    assert config is not None
    assert (config.description, config.vlan, config.extra) == ("Casa da Ana", 100, {"onu_type": "AN5506-04"})
    assert stub.onus[SERIAL].service["PPPOEPASSWD"] == "s3gr3do-ppp"
    assert stub.onus[SERIAL].service["VLAN"] == "100"
    assert olt.load(PON).used == 1
    assert "s3gr3do-ppp" not in "\n".join(log)
    assert stub.password not in "\n".join(log)
    with pytest.raises(Refused, match="exists"):
        olt.add(ORDER)


def test_refused_service_takes_the_onu_out_again(stub: Tl1Stub, log: list[str]) -> None:
    stub.denied["SET-WANSERVICE"] = ("IIPF", "invalid parameter format")
    with pytest.raises(Refused) as raised:
        connect(stub, log).add(ORDER)
    assert "IIPF" in raised.value.detail
    assert stub.onus == {}


def test_full_pon_is_refused_before_anything_is_sent(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat("FHTT00000001")
    with pytest.raises(Refused, match="pon_full"):
        connect(stub, log, pon_limit="1").add(ORDER)
    assert stub.verbs() == ["LST-ONU"]


def test_autofind_decides_where_it_is_switched_on(stub: Tl1Stub, log: list[str]) -> None:
    olt = connect(stub, log, autofind="sim")
    with pytest.raises(Refused, match="not_found"):
        olt.add(ORDER)
    stub.unregistered.append((PON, SERIAL))
    assert [(onu.pon, onu.serial) for onu in olt.found()] == [(PON, SERIAL)]
    olt.add(ORDER)
    assert olt.found() == ()
    assert "found" not in connect(stub, log).can


def test_text_that_would_end_a_field_is_refused_unsent(stub: Tl1Stub, log: list[str]) -> None:
    evil = OnuOrder(PON, SERIAL, "Ana;DEL-ONU::", 100)
    with pytest.raises(Refused, match="not_writable"):
        connect(stub, log).add(evil)
    assert stub.sentences == []


def test_session_lost_in_the_middle_of_a_change_leaves_doubt_and_is_not_repeated(stub: Tl1Stub, log: list[str]) -> None:
    stub.hang_up_after.add("ADD-ONU")
    olt = connect(stub, log)
    with pytest.raises(Unreachable) as raised:
        olt.add(ORDER)
    assert raised.value.ambiguous
    assert stub.verbs().count("ADD-ONU") == 1
    assert olt.config(PON, SERIAL) is not None


def test_change_without_an_answer_is_ambiguous(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat(SERIAL)
    stub.silent.add("RESET-ONU")
    with pytest.raises(Unreachable) as raised:
        connect(stub, log, timeout="0.3").reboot(PON, SERIAL)
    assert (raised.value.code, raised.value.ambiguous) == ("no_answer", True)


def test_service_lost_after_the_onu_was_added_is_in_doubt(stub: Tl1Stub, log: list[str]) -> None:
    stub.hang_up_before.add("SET-WANSERVICE")
    with pytest.raises(Unreachable) as raised:
        connect(stub, log).add(ORDER)
    assert raised.value.ambiguous
    assert "after ADD-ONU" in raised.value.detail


def test_question_without_an_answer_is_unreachable_and_nothing_is_in_doubt(stub: Tl1Stub, log: list[str]) -> None:
    stub.silent.add("LST-ONU")
    with pytest.raises(Unreachable) as raised:
        connect(stub, log, timeout="0.3").load(PON)
    assert not raised.value.ambiguous


def test_idle_session_that_was_dropped_is_opened_again(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat(SERIAL)
    olt = connect(stub, log)
    assert olt.load(PON).used == 1
    stub.drop_connections()
    assert olt.load(PON).used == 1
    stub.drop_connections()
    olt.reboot(PON, SERIAL)
    assert stub.onus[SERIAL].resets == 1
    assert [sentence.partition(":")[0] for sentence in stub.sentences].count("LOGIN") == 3


def test_late_answer_to_an_older_question_is_passed_over(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat(SERIAL)
    stub.noise = "\r\n   UNM2000 2026-11-20 21:30:00\r\nM  R999 DENY\r\n   EN=IRNE   ENDESC=does not exist\r\n;"
    assert connect(stub, log).read(PON, SERIAL).onu_state == "online"


def test_wrong_login_and_nobody_listening_are_told_apart(stub: Tl1Stub, log: list[str]) -> None:
    with pytest.raises(Misconfigured, match="login"):
        connect(stub, log, password="errada").load(PON)
    port = stub.port
    stub.stop()
    with pytest.raises(Unreachable) as raised:
        connect(stub, log, port=str(port)).reboot(PON, SERIAL)
    assert (raised.value.code, raised.value.ambiguous) == ("connection_failed", False)
    assert "errada" not in "\n".join(log)


@pytest.mark.parametrize(("switch", "part"), [("lanport", "port"), ("onu", "admin")])
def test_switch_turns_the_part_that_was_filled_in(stub: Tl1Stub, log: list[str], switch: str, part: str) -> None:
    onu = stub.seat(SERIAL)
    olt = connect(stub, log, switch=switch)
    olt.set_active(PON, SERIAL, False)
    olt.set_active(PON, SERIAL, False)
    assert getattr(onu, part) == "DOWN"
    olt.set_active(PON, SERIAL, True)
    assert getattr(onu, part) == "UP"


def test_removed_onu_is_gone_and_removing_it_again_is_fine(stub: Tl1Stub, log: list[str]) -> None:
    stub.seat(SERIAL)
    olt = connect(stub, log)
    olt.remove(PON, SERIAL)
    olt.remove(PON, SERIAL)
    assert olt.config(PON, SERIAL) is None
    assert stub.verbs().count("DEL-ONU") == 1


@pytest.mark.parametrize("fields", [{"host": ""}, {"port": "x"}, {"switch": "tudo"}, {"zone": "x"}, {"oltid": "a,b"}])
def test_field_that_makes_no_sense_is_named_at_once(stub: Tl1Stub, log: list[str], fields: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="field"):
        connect(stub, log, **fields)
