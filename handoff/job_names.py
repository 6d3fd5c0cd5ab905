"""What actions on the network, their states and their outcomes are called, for the people who read of them."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.actions import ACTIONS

JOB_STATE: Mapping[str, str] = {
    "asked": "pedida",
    "approved": "aprovada",
    "running": "em andamento",
    "verified": "feita e conferida",
    "already": "já estava assim",
    "refused": "recusada",
    "failed": "falhou",
    "unknown": "sem confirmação",
    "pending": "ficou pendente",
    "planned": "ensaiada",
    "cancelled": "cancelada",
}
JOB_ACTION: Mapping[str, str] = {
    "release_signal": "Liberar sinal",
    "block_signal": "Bloquear sinal",
    "diagnose": "Testar a conexão",
}
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


def job_action(name: str) -> str:
    """What an action on the network is called; one that no longer exists by its name."""
    return JOB_ACTION.get(name) or (ACTIONS[name].title if name in ACTIONS else name)


def outcome_said(outcome: str, state: str) -> str:
    """What came of it, as a sentence; a code that nobody named here comes as it is, and nothing where the state says it
    all."""
    if outcome in ("", state):
        return ""
    return OUTCOMES.get(outcome, f"O equipamento disse: {outcome.replace('_', ' ')}.")
