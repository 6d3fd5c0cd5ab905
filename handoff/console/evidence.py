"""What was measured, as lines that an agent can read out: names in Portuguese, moments on the provider's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from handoff.console.wording import spoken
from handoff.sla.standing import span
from provisioning.diagnosis import Diagnosis
from provisioning.verdict import Cause, judge

NAMES = {
    "access": "Acesso",
    "line": "Linha",
    "known": "Login no RADIUS",
    "blocked": "Bloqueado",
    "groups": "Grupos",
    "sessions": "Sessões",
    "since": "Desde",
    "ip": "IP",
    "nas_ip": "Concentrador",
    "last_end": "Última queda",
    "at": "Quando",
    "cause": "Motivo",
    "read_at": "Lido",
    "tried_at": "Tentado",
    "error": "Não foi lido",
    "onu_state": "ONU",
    "rx_dbm": "Sinal recebido",
    "tries": "Tentativas",
    "onu": "ONU",
    "pon": "PON",
    "serial": "Serial",
    "number": "Número na PON",
    "undo": "Guardado para desfazer",
    "description": "Descrição",
    "vlan": "VLAN",
    "line_profile": "Perfil de linha",
    "service_profile": "Perfil de serviço",
    "active": "Ativa",
    "olt_rx_dbm": "Sinal na OLT",
    "tx_dbm": "Sinal enviado",
    "distance_m": "Distância",
    "down_cause": "Causa da queda",
    "down": "Linhas fora",
    "judged": "De quantas",
    "unclear": "Sem causa conhecida",
    "up_beside": "De pé ao lado",
    "first_drop": "Primeira queda",
    "last_drop": "Última queda",
    "up": "Linhas de pé",
    "unread": "Não lidas",
    "reports": "Relatos por mensagem",
    "olt_silent": "A OLT não responde",
    "eta_by": "Quem deu a previsão",
    "ended_by": "Quem encerrou",
    "power": "Sem energia",
    "fibre": "Sem luz",
    "causes": "Causas",
    "pons": "PONs",
    "ctos": "CTOs",
    "share": "Parte fora",
    "uptime_seconds": "Ligada há",
    "macs": "MACs",
    "can_reboot": "A OLT sabe reiniciar",
    "cpe": "Roteador",
    "device": "Identificação",
    "model": "Modelo",
    "firmware": "Firmware",
    "informed_at": "Falou com o ACS",
    "wifi": "Wi-Fi",
    "ssid": "Nome",
    "band": "Faixa",
    "channel": "Canal",
    "enabled": "Ligado",
    "hosts": "Aparelhos ligados",
    "connected": "Aparelhos ligados",
    "neighbours": "Vizinhos",
    "cto": "CTO",
    "name": "Onde",
    "total": "Linhas",
    "past": "Histórico",
    "median_dbm": "Sinal de costume",
    "count": "Medições",
    "days": "Dias",
    "incident": "Incidente",
    "kind": "Tipo",
    "planned": "Programado",
    "started_at": "Começou",
    "eta": "Previsão",
    "limits": "Limites",
    "weak_dbm": "Sinal fraco abaixo de",
    "strong_dbm": "Sinal forte acima de",
    "olt_weak_dbm": "Sinal fraco na OLT abaixo de",
    "drop_db": "Queda a partir de",
    "tickets": "Chamados",
    "protocol": "Protocolo",
    "subject": "Assunto",
    "opened_at": "Aberto",
    "copy_of": "Do diagnóstico",
    "late_notice": "Aviso em cima da hora",
}
VERDICTS: Mapping[Cause, str] = {
    "blocked_in_network": "sinal ainda bloqueado na rede",
    "area_problem": "vizinhos também sem sinal",
    "fibre_cut": "sem luz na fibra",
    "no_power": "ONU sem energia",
    "offline": "ONU não responde",
    "weak_signal": "sinal óptico fraco",
    "dropped_signal": "sinal óptico caiu em relação ao costume da linha",
    "not_connected": "ONU com luz, sem sessão PPPoE",
    "cpe_problem": "roteador do cliente com problema",
    "all_good": "fibra e sessão boas",
    "not_measured": "não deu para medir a ONU",
}
VALUES: Mapping[str, Mapping[object, str]] = {
    "onu_state": {
        "online": "ligada",
        "los": "sem luz na fibra (LOS)",
        "dying_gasp": "sem energia (dying gasp)",
        "offline": "desligada ou sem resposta",
        "unknown": "estado desconhecido",
    },
    # A router that chooses its channel by itself tells 0.
    "channel": {0: "automático"},
    "known": {True: "existe", False: "não existe"},
    "down_cause": {
        "los": "sem luz",
        "dying_gasp": "sem energia",
        "reset": "reinício",
        "deactivated": "desativada",
        "other": "outra",
        "unknown": "desconhecida",
    },
    "kind": {
        "fibre": "fibra",
        "power": "energia",
        "mixed": "fibra e energia",
        "unknown": "não se sabe",
        "planned": "manutenção",
    },
}
UNITS = {
    **dict.fromkeys(("rx_dbm", "olt_rx_dbm", "tx_dbm", "median_dbm", "weak_dbm", "strong_dbm", "olt_weak_dbm"), " dBm"),
    "drop_db": " dB",
    "distance_m": " m",
}

Lines = tuple[tuple[str, str], ...]


def lines(facts: Mapping[str, Any], zone: str) -> Lines:
    """(name, value) of every fact, those of a group after its name; of a diagnosis the verdict first. Facts that nobody
    named here come as they are."""
    verdict = (("Veredito", VERDICTS[judge(Diagnosis.from_facts(facts)).cause]),) if "limits" in facts else ()
    return (*verdict, *_walk(facts, zone, ""))


def _walk(facts: Mapping[str, Any], zone: str, group: str) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        label = NAMES.get(name, name.replace("_", " "))
        if isinstance(value, Mapping):
            yield from _walk(value, zone, label)
        elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
            for item in value:
                yield from _walk(item, zone, label) if isinstance(item, Mapping) else [(label, spoken(item, zone))]
        elif value != []:
            yield (f"{group}: {label}" if group else label), _value(name, value, zone)


def _value(name: str, value: object, zone: str) -> str:
    known = VALUES.get(name, {})
    if isinstance(value, (str, bool, int)) and value in known:
        return known[value]
    if name == "uptime_seconds" and isinstance(value, int):
        return span(value)
    return spoken(value, zone) + (UNITS.get(name, "") if value is not None else "")
