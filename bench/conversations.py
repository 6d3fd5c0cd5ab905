"""What customers write in the measurements: messages whose answers need no customer base, so Rasa can match them."""

from __future__ import annotations

# (what is written, the intent it must be understood as). Both systems answer each with one text.
MESSAGES = (
    ("oi, bom dia", "greet"),
    ("quem está falando comigo?", "bot_challenge"),
    ("quero contratar internet, quais são os planos?", "new_plan_sales"),
    ("vocês têm cobertura no meu bairro?", "new_plan_sales"),
    ("quero falar da minha visita, o técnico ainda não chegou", "technician_status"),
    ("preciso mudar a data de vencimento, quem resolve?", "invoice_question"),
    ("boa tarde", "greet"),
    ("quero cancelar o contrato", "cancel_service"),
)


def message(number: int) -> str:
    """The text of the n-th message."""
    return MESSAGES[number % len(MESSAGES)][0]
