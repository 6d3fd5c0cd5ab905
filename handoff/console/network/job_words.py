"""What a job on the network is called, what became of it in plain words, and its rows as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.masking import mask_personal_data
from handoff.console.evidence import Lines, lines
from handoff.console.ports import House
from handoff.console.wording import clock, moment, spoken
from handoff.job_names import JOB_STATE, job_action, outcome_said
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import DEPROVISION_ONU

ENDINGS: Mapping[str, str] = {
    "asked": "Espera a vez.",
    "approved": "Aprovada, espera a vez.",
    "running": "Em andamento agora.",
    "verified": "Feita, e conferida no equipamento.",
    "already": "Já estava assim: nada foi mudado.",
    "refused": "Recusada: nada foi mudado.",
    "pending": "Outro sistema aceitou e fará depois, se fizer.",
    "failed": "Não foi feita.",
    "unknown": "Sem resposta depois do envio: pode ter sido feita. Confira no equipamento antes de repetir.",
    "planned": "Ensaio: nada foi mudado. O plano diz o que mudaria.",
    "cancelled": "Cancelada por uma pessoa.",
}
REASONS: Mapping[str, str] = {
    "installation": "instalação",
    "replacement": "troca da ONU",
    "removal": "remoção da ONU",
    "undo": "desfazer a remoção",
    "conversation": "pedido na conversa",
    "payment": "pagamento confirmado",
    "trust_unlock": "liberação em confiança",
    "trust_unlock_expired": "liberação em confiança venceu",
    "suspended_for_debt": "suspensão por débito, com aviso prévio",
    "paid": "débito pago",
}
DIFF_NAMES: Mapping[str, str] = {
    "blocked": "bloqueado",
    "onu": "ONU",
    "pon": "PON",
    "olt": "OLT",
    "vlan": "VLAN",
    "serial": "serial",
    "description": "descrição",
    "line_profile": "perfil de linha",
    "service_profile": "perfil de serviço",
    "active": "ativa",
    "used": "vagas usadas",
    "ssid": "nome do Wi-Fi",
    "password": "senha do Wi-Fi",
    "channel": "canal",
    "pppoe_login": "login PPPoE",
}


@dataclass(frozen=True)
class JobRow:
    """A job in a list."""

    id: int
    action: str
    state: str
    state_text: str
    contract: str
    device: str
    when: str
    by: str
    waits: bool
    dry_run: bool
    line: str


@dataclass(frozen=True)
class JobSheet:
    """Everything on a job's page. `diff` is (name, before, after)."""

    row: JobRow
    reason: str
    ending: str
    outcome: str
    diff: tuple[tuple[str, str, str], ...]
    approvals: tuple[str, ...]
    missing: int
    facts: Lines
    log: tuple[tuple[str, str], ...]
    times: Lines
    conversation_id: int | None
    batch_id: int | None
    open: bool
    may_cancel: bool
    may_undo: bool


def job_row(job: NetworkJob, names: Mapping[str, str], place: House, now: datetime) -> JobRow:
    """The row; `names` gives people's names by login."""
    waits = job.state == "asked" and job.needs_approvals > 0
    return JobRow(
        id=job.id,
        action=job_action(job.action),
        state=job.state,
        state_text="espera aprovação" if waits else JOB_STATE.get(job.state, job.state),
        contract=job.contract_ref,
        device=job.device or str(job.target.get("olt", "")),
        when=moment(job.asked_at, now, place.zone),
        by=who_asked(job.asked_by, names),
        waits=waits,
        dry_run=job.dry_run,
        line=outcome_said(job.outcome, job.state) if job.state not in OPEN_STATES else "",
    )


def job_sheet(job: NetworkJob, names: Mapping[str, str], place: House, now: datetime) -> JobSheet:
    """The whole job. Its log comes masked, and is masked once more for what a driver may have let through."""
    row = job_row(job, names, place, now)
    said = [(str(one.get("by", "?")), one.get("at")) for one in job.approvals]
    times = [("Pedida", job.asked_at), ("Começou", job.started_at), ("Terminou", job.finished_at)]
    return JobSheet(
        row=row,
        reason=REASONS.get(job.reason, job.reason),
        ending="Espera que outra pessoa aprove." if row.waits else ENDINGS.get(job.state, job.state),
        outcome=outcome_said(job.outcome, job.state),
        diff=tuple(_change(name, change, place.zone) for name, change in (job.plan or {}).items()),
        approvals=tuple(f"{who_asked(by, names)} {spoken(at, place.zone)}" for by, at in said),
        missing=max(0, job.needs_approvals - len(said)),
        facts=lines({name: value for name, value in job.facts.items() if name != "found"}, place.zone),
        log=tuple((_at(line.get("at"), place), mask_personal_data(str(line.get("text", "")))) for line in job.log),
        times=tuple((name, moment(at, now, place.zone)) for name, at in times if at),
        conversation_id=job.conversation_id,
        batch_id=job.batch_id,
        open=job.state in OPEN_STATES,
        may_cancel=job.state in ("asked", "approved"),
        may_undo=job.action == DEPROVISION_ONU and bool(job.facts.get("undo")),
    )


def who_asked(by: str, names: Mapping[str, str]) -> str:
    """`agent:karina` as Karina's name; the bot and the clock by what they are."""
    login = by.removeprefix("agent:")
    known = {"bot": "atendimento automático", "clock": "sistema", "payment": "pagamento confirmado"}
    return names.get(login) or known.get(login, login)


def _change(name: str, change: Any, zone: str) -> tuple[str, str, str]:
    before, after = change if isinstance(change, (list, tuple)) and len(change) == 2 else (None, change)
    said = [spoken(value, zone).replace("sem leitura", "nada") for value in (before, after)]
    return DIFF_NAMES.get(name, name.replace("_", " ")), said[0], said[1]


def _at(value: object, place: House) -> str:
    try:
        return f"{clock(datetime.fromisoformat(str(value)), place.zone)}:{datetime.fromisoformat(str(value)):%S}"
    except ValueError:
        return ""
