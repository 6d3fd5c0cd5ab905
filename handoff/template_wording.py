"""What templates, their states and their prices are called in Portuguese, for agents and operators."""

from __future__ import annotations

PURPOSES = {
    "invoice_reminder": "Lembrete de fatura",
    "payment_received": "Pagamento recebido",
    "outage_notice": "Aviso de falha na região",
    "outage_over": "Falha resolvida",
    "maintenance_notice": "Aviso de manutenção programada",
    "visit_reminder": "Lembrete de visita técnica",
    "unlock_expiring": "Liberação em confiança acabando",
    "survey": "Pesquisa de satisfação",
    "nps": "Pesquisa: você nos indicaria?",
    "reopen": "Retomar a conversa",
    "code": "Código de confirmação",
    "invoice_due_today": "Fatura vence hoje",
    "invoice_overdue": "Fatura vencida",
    "suspension_notice": "Aviso de suspensão por débito",
    "suspended_notice": "Serviço suspenso por débito",
    "contract_end_notice": "Aviso de encerramento por débito",
    "agreement_active": "Acordo valendo",
    "agreement_broken": "Acordo desfeito",
}
STATUS = {
    "APPROVED": "aprovado",
    "PENDING": "em análise no WhatsApp",
    "IN_APPEAL": "em recurso no WhatsApp",
    "REJECTED": "recusado pelo WhatsApp",
    "PAUSED": "pausado pelo WhatsApp (qualidade baixa)",
    "DISABLED": "desativado pelo WhatsApp",
    "FLAGGED": "sob observação (qualidade caindo)",
    "PENDING_DELETION": "sendo apagado",
    "DELETED": "apagado no WhatsApp",
    "LIMIT_EXCEEDED": "limite de modelos atingido",
    "UNSUBMITTED": "não enviado para análise",
}
CATEGORY = {"UTILITY": "utilidade", "MARKETING": "marketing", "AUTHENTICATION": "autenticação", "": "sem categoria"}
QUALITY = {"GREEN": "alta", "YELLOW": "média", "RED": "baixa", "UNKNOWN": "ainda sem nota", "": "ainda sem nota"}
FIELDS = {
    "name": "Nome",
    "protocol": "Protocolo",
    "amount": "Valor",
    "due_date": "Vencimento",
    "number": "Número da fatura",
    "district": "Bairro ou região",
    "since": "Início",
    "eta": "Previsão",
    "day": "Dia",
    "period": "Período",
    "until": "Vale até",
    "code": "Código",
    "provider": "Provedor",
    "month": "Mês de referência",
    "suspend_date": "Suspensão a partir de",
    "end_date": "Encerramento a partir de",
    "restore_hours": "Horas para religar",
}


def purpose_name(purpose: str, name: str = "") -> str:
    """A purpose in words; of a template that is not ours its own name."""
    return PURPOSES.get(purpose, purpose or name)


def status_name(status: str) -> str:
    """A state in words; one that nobody named here as it is."""
    return STATUS.get(status, status.lower() or "sem estado")


def category_name(category: str) -> str:
    """What WhatsApp files it under, which is what it costs."""
    return CATEGORY.get(category, category.lower())
