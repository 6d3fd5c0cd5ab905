"""How the console says times, states and measurements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from billing.records import BlockedFor, ContractStatus
from handoff.console.evidence import lines
from handoff.console.wording import (
    BLOCKED_FOR,
    CONTRACT_STATUS,
    STATUS,
    contract_status,
    day,
    due,
    emphasis,
    initials,
    moment,
    spoken,
    waited,
    without_documents,
)
from handoff.job_names import JOB_STATE
from models.message import RANK
from models.network_job import OPEN_STATES

ZONE = "America/Sao_Paulo"
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30, "agora"),
        (59, "agora"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 dia"),
        (200_000, "2 dias"),
    ],
)
def test_waited_says_a_time_as_people_do(seconds: int, text: str) -> None:
    assert waited(NOW - timedelta(seconds=seconds), NOW) == text


def test_day_changes_at_midnight_of_the_provider() -> None:
    assert day(datetime(2026, 11, 22, 3, 0, tzinfo=UTC), NOW, ZONE) == "hoje"
    assert day(datetime(2026, 11, 22, 2, 59, tzinfo=UTC), NOW, ZONE) == "ontem"
    assert day(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), NOW, ZONE) == "20/11/2026"


def test_moment_leaves_out_today() -> None:
    assert moment(datetime(2026, 11, 22, 12, 5, tzinfo=UTC), NOW, ZONE) == "09:05"
    assert moment(datetime(2026, 11, 21, 12, 5, tzinfo=UTC), NOW, ZONE) == "ontem 09:05"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-20, "vencida há 20 dias"),
        (-1, "vencida há 1 dia"),
        (0, "vence hoje"),
        (1, "vence em 1 dia"),
        (5, "vence em 5 dias"),
    ],
)
def test_due_counts_days(days: int, text: str) -> None:
    today = date(2026, 11, 22)
    assert due(today + timedelta(days=days), today) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("meu cpf é 529.982.247-25 e 52998224725", "meu cpf é ***.982.247-** e ***.982.247-**"),
        ("12ABC34501DE35", "**.ABC.345/01DE-**"),
        ("protocolo 202611220000017", "protocolo 202611220000017"),
        ("sem documento", "sem documento"),
    ],
)
def test_documents_in_a_text_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert without_documents(text) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "sem leitura"),
        (True, "sim"),
        (-19.4, "-19,4"),
        (["suspenso", "plano"], "suspenso, plano"),
        ("2026-11-22T15:00:00+00:00", "22/11/2026 12:00"),
        ("2026-11-22T25:99:00", "2026-11-22T25:99:00"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00"),
    ],
)
def test_spoken_reads_a_measured_value_out(value: object, text: str) -> None:
    assert spoken(value, ZONE) == text


def test_lines_name_what_was_measured() -> None:
    facts = {
        "line": {"onu_state": "los", "rx_dbm": None, "read_at": "2026-11-22T15:00:00+00:00"},
        "access": {"known": True, "groups": [], "sessions": [{"ip": "10.0.0.9"}]},
        "rx_dbm": -19.4,
        "novo_fato": 3,
    }
    assert lines(facts, ZONE) == (
        ("Linha: ONU", "sem luz na fibra (LOS)"),
        ("Linha: Sinal recebido", "sem leitura"),
        ("Linha: Lido", "22/11/2026 12:00"),
        ("Acesso: Login no RADIUS", "existe"),
        ("Sessões: IP", "10.0.0.9"),
        ("Sinal recebido", "-19,4 dBm"),
        ("novo fato", "3"),
    )


@pytest.mark.parametrize(
    ("name", "text"), [("Ana Souza", "AS"), ("Padaria", "P"), ("", "?"), ("+55 12", "?"), ("josé da silva", "JS")]
)
def test_initials_stand_for_a_name(name: str, text: str) -> None:
    assert initials(name) == text


def test_time_since_a_restart_is_told_as_people_do() -> None:
    assert lines({"line": {"uptime_seconds": 87022}}, ZONE) == (("Linha: Ligada há", "24 h 10 min"),)


def test_every_state_has_a_name_in_portuguese() -> None:
    assert set(RANK) <= set(STATUS)
    assert set(OPEN_STATES) <= set(JOB_STATE)
    assert {"blocked", *CONTRACT_STATUS} == {*get_args(ContractStatus)}
    assert set(BLOCKED_FOR) == {*get_args(BlockedFor)}


def test_contract_says_for_what_it_is_blocked() -> None:
    assert contract_status("blocked", "request") == "bloqueado a pedido do cliente"
    assert contract_status("active", "debt") == "ativo"
    assert contract_status("pending", "debt") == "ainda não ativado"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("vale até *hoje às 14h*.", "vale até <strong>hoje às 14h</strong>."),
        ("2*3*4 e * solto *", "2*3*4 e * solto *"),
        ("*<b>x</b>*", "<strong>&lt;b&gt;x&lt;/b&gt;</strong>"),
    ],
)
def test_emphasis_is_shown_as_whatsapp_does_and_nothing_else_becomes_markup(written: str, shown: str) -> None:
    assert str(emphasis(written)) == shown


def test_evidence_says_in_words_that_a_router_chooses_its_channel_itself() -> None:
    facts = {"cpe": {"wifi": [{"ssid": "casa", "channel": 0}, {"ssid": "loja", "channel": 11}]}}
    shown = [value for name, value in lines(facts, "America/Sao_Paulo") if name == "Wi-Fi: Canal"]
    assert shown == ["automático", "11"]


def test_evidence_of_a_diagnosis_begins_with_its_verdict() -> None:
    facts = {
        "access": {"read_at": "2026-11-20T12:00:00+00:00", "known": True, "blocked": False},
        "line": {"read_at": "2026-11-20T12:00:00+00:00", "onu_state": "los", "down_cause": "los"},
        "limits": {"weak_dbm": -27.0},
    }

    shown = lines(facts, "America/Sao_Paulo")

    assert shown[0] == ("Veredito", "sem luz na fibra")
    assert ("Linha: Causa da queda", "sem luz") in shown
    assert ("Limites: Sinal fraco abaixo de", "-27 dBm") in shown
