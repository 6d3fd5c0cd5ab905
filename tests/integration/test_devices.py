"""A device that does not answer is left alone for a while; its secrets are in no log; people administer it safely."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select

from cli_devices import devices
from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from models import utc_now
from models.alert import Alert
from models.contract import Contract
from models.device import Device, DeviceLine
from models.network_job import NetworkJob
from provisioning import device_admin
from provisioning.action import DEACTIVATE_ONU, LIST_FOUND, PROVISION_ONU
from provisioning.device_log import forget_network
from provisioning.fake_olt import FakeOlt
from provisioning.plant import equipment
from provisioning.request import ask, target_of
from provisioning.vault import Vault
from tests.integration.onu_rows import (
    OLT,
    PASSWORD,
    PON,
    SERIAL,
    VAULT,
    a_provider,
    ask_for,
    contract_of,
    device_of,
    go,
    kinds_of,
    plant_of,
)


@pytest.fixture
def olt(db: Database) -> FakeOlt:
    """The provider's OLT with one configured ONU."""
    a_provider(db)
    olt = FakeOlt({PON: 4})
    olt.fill(PON, 1)
    return olt


def swept(db: Database, olt: FakeOlt) -> int:
    """How many ONUs a sweep through the configured device saw."""
    with equipment(db, plant_of(db, olt)).olt(OLT) as opened:
        return len(opened.sweep().onus)


def silent(db: Database, olt: FakeOlt, times: int) -> None:
    """The OLT does not answer this often."""
    olt.fail_next("sweep", *(Unreachable("no_answer") for _ in range(times)))
    for _ in range(times):
        with pytest.raises(Unreachable, match="no_answer"):
            swept(db, olt)


def row_of(db: Database) -> Device:
    """The device as it is now."""
    with db.transaction() as session:
        return device_of(session)


def wait_out(db: Database) -> None:
    """The circuit's pause is over."""
    with db.transaction() as session:
        device_of(session).open_until = utc_now() - timedelta(seconds=1)


def test_circuit_opens_after_three_silences_and_refuses_without_asking(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 3)
    asked = len(olt.asked)

    with pytest.raises(Unreachable, match="circuit_open") as told:
        swept(db, olt)

    assert len(olt.asked) == asked
    assert 20 < (told.value.retry_after or 0) <= 30
    with db.transaction() as session:
        alert = session.scalars(select(Alert)).one()
    assert (alert.kind, alert.subject, alert.ended_at) == ("device.silent", OLT, None)


def test_circuit_stays_closed_when_a_refusal_came_between_silences(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 2)
    olt.fail_next("sweep", Refused("olt_refused"))
    with pytest.raises(Refused):
        swept(db, olt)
    silent(db, olt, 2)

    assert swept(db, olt) == 1


def test_circuit_closes_and_its_alert_ends_after_a_good_answer(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 3)
    wait_out(db)

    assert swept(db, olt) == 1

    row = row_of(db)
    assert (row.failures, row.open_until) == (0, None)
    with db.transaction() as session:
        assert session.scalars(select(Alert)).one().ended_at is not None


def test_circuit_stays_open_longer_when_the_first_who_asks_again_gets_no_answer(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 3)
    first = row_of(db).open_until
    wait_out(db)
    silent(db, olt, 1)

    second = row_of(db).open_until
    assert first
    assert second
    assert second - utc_now() > timedelta(seconds=45)


def test_pace_puts_off_what_would_come_too_often(db: Database, olt: FakeOlt) -> None:
    with db.transaction() as session:
        device_of(session).per_minute = 6
    assert swept(db, olt) == 1

    with pytest.raises(Unreachable, match="paced") as told:
        swept(db, olt)

    assert 3 < (told.value.retry_after or 0) <= 10
    assert olt.asked == ["sweep"]


def test_device_log_keeps_lines_with_their_job_and_without_the_password(db: Database, olt: FakeOlt) -> None:
    olt.hang(PON, SERIAL)
    job_id = ask_for(db)
    go(db, job_id, plant_of(db, olt))

    with db.transaction() as session:
        lines = session.scalars(select(DeviceLine)).all()
    assert lines
    assert {line.job_id for line in lines} == {job_id}
    assert lines[0].text.startswith("login religa")
    assert not any(PASSWORD in line.text for line in lines)


def test_old_lines_and_old_readings_are_forgotten_and_changes_stay(db: Database, olt: FakeOlt) -> None:
    swept(db, olt)
    swept(db, olt)
    olt.hang(PON, SERIAL)
    go(db, ask_for(db), plant_of(db, olt))
    old = utc_now() - timedelta(days=31)
    with db.transaction() as session:
        target = target_of(session, "2000")
        for cause, action in enumerate((LIST_FOUND, LIST_FOUND, DEACTIVATE_ONU)):
            job = ask(session, action, target=target, reason="r", asked_by="x", cause=str(cause))
            job.state, job.finished_at = "verified", utc_now() if cause == 0 else old
        oldest = session.scalars(select(DeviceLine).order_by(DeviceLine.id)).first()
        assert oldest
        oldest.at = old

    forget_network(0, db=db)
    forget_network(0, db=db)

    with db.transaction() as session:
        left = session.scalars(select(NetworkJob.action).order_by(NetworkJob.id)).all()
        lines = session.scalars(select(DeviceLine.id)).all()
    assert left == [PROVISION_ONU, LIST_FOUND, DEACTIVATE_ONU]
    assert min(lines) > 1


@pytest.mark.parametrize("vault", [None, Vault(Fernet.generate_key().decode())], ids=["no key", "another key"])
def test_device_is_not_opened_and_says_why_when_its_key_is_wrong(
    db: Database, olt: FakeOlt, vault: Vault | None
) -> None:
    with pytest.raises(Misconfigured, match="device_key"), equipment(db, plant_of(db, olt, vault)).olt(OLT):
        pass

    answered, text = device_admin.test_device(OLT, plant_of(db, olt, vault))
    assert not answered
    assert "device_key" in text


def added(db: Database, vault: Vault | None = VAULT, kind: str = "fake", name: str = "OLT-NOVA", **fields: str) -> str:
    """What adding a device says."""
    with db.transaction() as session:
        kinds = kinds_of(FakeOlt({}))
        return device_admin.add_device(session, vault, name=name, kind=kind, fields=fields, kinds=kinds)


def test_device_is_added_with_its_secret_encrypted_and_shown_only_as_stored(db: Database) -> None:
    assert added(db, host=" 10.0.0.1 ", password="muito secreta") == ""

    with db.transaction() as session:
        row = device_of(session, "OLT-NOVA")
        assert row.fields == {"host": "10.0.0.1"}
        assert b"muito" not in (row.secrets or b"")
        assert VAULT.unlock(row.secrets) == {"password": "muito secreta"}
        assert device_admin.shown(row, kinds_of(FakeOlt({}))["fake"]) == [
            ("Endereço", "10.0.0.1"),
            ("Usuário", "religa"),
            ("Senha", "guardada"),
            ("Senha de enable", "não definida"),
        ]


def test_device_is_not_added_when_something_is_wrong(db: Database, olt: FakeOlt) -> None:
    assert "Endereço" in added(db, password="x")
    assert "Senha" in added(db, host="h")
    assert "porta" in added(db, host="h", password="x", porta="22")
    assert "Tipo desconhecido" in added(db, kind="outro", host="h")
    assert "Já existe" in added(db, name=OLT, host="h", password="x")
    assert "DEVICE_KEY" in added(db, None, host="h", password="x")
    assert added(db, name="  ", host="h", password="x")
    with db.transaction() as session:
        assert session.scalars(select(Device.name)).all() == [OLT]


def changed(db: Database, vault: Vault | None = VAULT, per_minute: int | None = None, **fields: str) -> str:
    """What changing the OLT says."""
    with db.transaction() as session:
        kinds = kinds_of(FakeOlt({}))
        return device_admin.change_device(session, vault, name=OLT, fields=fields, per_minute=per_minute, kinds=kinds)


def test_device_keeps_a_secret_that_is_given_empty_and_what_is_not_given(db: Database, olt: FakeOlt) -> None:
    assert changed(db, host="10.9.9.9", password="", enable="e2") == ""

    row = row_of(db)
    assert row.fields == {"host": "10.9.9.9"}
    assert VAULT.unlock(row.secrets) == {"password": PASSWORD, "enable": "e2"}


def test_device_takes_all_secrets_anew_when_the_key_was_changed(db: Database, olt: FakeOlt) -> None:
    other = Vault(Fernet.generate_key().decode())

    assert "DEVICE_KEY" in changed(db, other, enable="e2")
    assert changed(db, other, password="p2", enable="e2") == ""
    assert other.unlock(row_of(db).secrets) == {"password": "p2", "enable": "e2"}


def test_device_stays_as_it_was_when_a_change_is_refused(db: Database, olt: FakeOlt) -> None:
    assert changed(db, per_minute=-1, host="10.9.9.9")
    assert changed(db, host="", per_minute=5)

    row = row_of(db)
    assert (row.fields, row.per_minute) == ({"host": "h"}, 0)


def test_device_may_be_asked_at_once_after_a_change(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 3)

    assert changed(db, host="10.9.9.9") == ""

    assert swept(db, olt) == 1


def test_device_is_not_removed_while_contracts_or_open_jobs_name_it(db: Database, olt: FakeOlt) -> None:
    olt.hang(PON, SERIAL)
    job_id = ask_for(db)
    with db.transaction() as session:
        assert "abertas" in device_admin.remove_device(session, OLT)
    olt.waiting.clear()
    assert go(db, job_id, plant_of(db, olt)).state == "refused"
    with db.transaction() as session:
        session.get_one(Contract, contract_of(db).id).olt = OLT
        session.flush()
        assert "contrato" in device_admin.remove_device(session, OLT)
        session.get_one(Contract, contract_of(db).id).olt = ""
        session.flush()
        assert device_admin.remove_device(session, OLT) == ""
    with db.transaction() as session:
        assert session.scalars(select(Device)).all() == []
        assert device_admin.remove_device(session, OLT)


def test_test_of_a_device_says_what_it_found_even_while_its_circuit_is_open(db: Database, olt: FakeOlt) -> None:
    silent(db, olt, 3)

    assert device_admin.test_device(OLT, plant_of(db, olt)) == (True, "Conectado: 0 ONUs novas na lista.")
    olt.can = frozenset({"sweep"})
    assert device_admin.test_device(OLT, plant_of(db, olt)) == (True, "Conectado: 1 ONUs lidas.")
    assert olt.changes == []


def test_test_of_a_device_says_when_it_is_silent_off_or_unknown(db: Database, olt: FakeOlt) -> None:
    olt.fail_next("found", Unreachable("no_answer"))
    assert device_admin.test_device(OLT, plant_of(db, olt)) == (False, "Não respondeu (no_answer).")
    with db.transaction() as session:
        assert device_admin.set_enabled(session, OLT, False) == ""
    assert not device_admin.test_device(OLT, plant_of(db, olt))[0]
    assert not device_admin.test_device("OLT-X", plant_of(db, olt))[0]


def test_commands_add_list_change_and_remove_without_showing_a_secret(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "senha").write_text("muito secreta\n")
    environment = {"DATABASE_URL": database_url, "DEVICE_KEY": Fernet.generate_key().decode()}
    own = ["--field", "host=127.0.0.1", "--field", "port=1", "--field", "username=religa"]

    def say(*words: str, typed: str = "") -> str:
        result = CliRunner().invoke(devices, [*words], env=environment, input=typed)
        assert "muito secreta" not in result.output
        return f"{result.exit_code} {result.output}"

    assert "[obrigatório, secreto]" in say("kinds")
    shown = say("add", "OLT-1", "--kind", "huawei_ssh", *own, "--field", "password=x")
    assert shown.startswith("2")
    file = f"password={tmp_path / 'senha'}"
    shown = say("add", "OLT-1", "--kind", "huawei_ssh", *own, "--secret-file", file, typed="\n\n")
    assert shown.startswith("0"), shown
    assert say("add", "OLT-2", "--kind", "huawei_ssh", *own, typed="muito secreta\n\n\n").startswith("0")
    assert "guardada" in say("list")
    assert say("change", "OLT-1", "--pop", "POP Sul", "--off").startswith("0")
    assert say("test", "OLT-1").startswith("1")
    assert "Não respondeu" in say("test", "OLT-2")
    assert say("remove", "OLT-1", "--yes").startswith("0")
    assert say("remove", "OLT-1", "--yes").startswith("1")
