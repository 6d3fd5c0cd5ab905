"""What a job on the network is called, what became of it in plain words, and its rows as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.masking import mask_personal_data
from handoff.console.evidence import Lines, lines
from handoff.console.ports import House
from handoff.console.wording import JOB_STATE, clock, job_action, moment, spoken
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import DEPROVISION_ONU

OUTCOMES: Mapping[str, str] = {
    "read": "Tudo o que se perguntou foi lido.",
    "partial": "Parte foi lida; o resto não respondeu.",
    "nothing_read": "Nada pôde ser lido: nem o acesso nem a OLT responderam.",
    "no_driver": "Não há equipamento cadastrado para isto.",
    "unknown_login": "O login PPPoE não existe no RADIUS.",
    "no_onu": "O contrato não tem ONU no cadastro.",
    "unknown_onu": "A OLT não conhece esta ONU.",
    "unknown_cpe": "O roteador do cliente não está no ACS.",
    "unknown_pon": "A OLT não tem esta PON.",
    "pon_full": "A PON está cheia: não cabe mais uma ONU.",
    "not_found": "A ONU não está na lista de ONUs novas da OLT.",
    "exists": "Esta ONU já está configurada na OLT.",
    "olt_refused": "A OLT recusou o comando.",
    "not_supported": "Este equipamento não faz isto.",
    "device_offline": "O roteador do cliente está desligado: nada foi mudado.",
    "task_queued": "O ACS guardou o pedido: pode acontecer quando o roteador voltar.",
    "changed_by_another": "Outro sistema mudou de volta logo depois.",
    "gave_up": "Desistimos depois de várias tentativas.",
    "timeout": "O equipamento não respondeu a tempo.",
    "unreachable": "O equipamento não respondeu.",
    "busy": "O equipamento estava ocupado com outra ação.",
    "circuit_open": "O equipamento não vem respondendo: ninguém insiste por alguns minutos.",
    "serial_not_confirmed": "Ninguém confirmou o serial.",
    "another_pon": "A ONU está em outra PON.",
    "on_two_pons": "A OLT vê esta ONU em duas PONs.",
    "added": "Configurada na OLT.",
    "removed": "Removida da OLT; dá para desfazer.",
    "configured": "Já estava configurada assim.",
    "not_configured": "Não está configurada na OLT.",
    "still_configured": "A OLT ainda mostra a ONU configurada.",
    "put_back": "A nova foi recusada: a antiga foi posta de volta.",
    "onu_down": "A ONU está fora: não há o que reiniciar.",
    "accepted": "O equipamento aceitou o comando.",
    "not_seen_restarting": "A ONU não está no ar, e não se sabe se foi o reinício.",
    "restarted": "Reiniciou, e foi visto reiniciando.",
    "not_restarted": "A OLT aceitou, mas a ONU não reiniciou a tempo.",
    "not_put_back": "A nova foi recusada e a antiga não voltou: a linha está sem ONU. O que foi guardado está na ação.",
    "another_vlan": "A OLT mostra outra VLAN do que a pedida.",
    "cooling_down": "Já foi feito há pouco: espere alguns minutos.",
    "not_a_serial": "O serial não é válido.",
    "read_back": "Conferido no roteador.",
    "accepted_by_router": "O roteador aceitou; a senha não se deixa ler de volta.",
    "not_taken": "O roteador mostra outra coisa do que foi pedido.",
    "not_read_back": "Não deu para conferir no roteador.",
    "no_inform": "O roteador não falou mais com o ACS.",
    "rebooted": "O roteador reiniciou.",
    "reboot_accepted": "O roteador aceitou reiniciar e ainda não voltou.",
    "cwmp_fault": "O roteador recusou a mudança.",
    "blocked_by_hand": "Quem bloqueou foi uma pessoa, no equipamento: retire lá.",
    "address_from_pool": "O endereço deste login vem de um pool: bloquear pelo endereço atingiria outra casa.",
    "session_stays": "O roteador não derrubou a sessão.",
    "login_removed": "O login não existe mais no roteador.",
    "paced": "O equipamento está no limite de comandos por minuto.",
    "cancelled": "Uma pessoa cancelou antes de começar.",
}
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
        line=outcome_words(job) if job.state not in OPEN_STATES else "",
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
        outcome=outcome_words(job),
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


def outcome_words(job: NetworkJob) -> str:
    """What came out, in plain words; a code that nobody named here comes as it is."""
    if not job.outcome or job.outcome == job.state:
        return ""
    return OUTCOMES.get(job.outcome, f"O equipamento disse: {job.outcome.replace('_', ' ')}.")


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
