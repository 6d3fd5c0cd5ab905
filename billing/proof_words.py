"""What is told to people about a proof of payment, in Portuguese."""

from __future__ import annotations

from collections.abc import Sequence

from billing.proof_text import ProofRead
from core.dates import format_date
from core.money import format_brl

FLAGS = {
    "wrong_payee": "o recebedor não é o provedor",
    "used_before": "este comprovante já foi usado",
    "edited": "o arquivo foi editado depois de criado",
    "other_amount": "o valor não é o de nenhuma fatura aberta",
    "other_date": "a data é antiga ou está no futuro",
    "scheduled": "é um agendamento, não um pagamento",
    "dates_differ": "a data não combina com o código da transação",
    "no_receipt": "não parece um comprovante",
}
PROBLEMS = {
    "no_reader": "imagens não são lidas nesta instalação (PROOF_READER)",
    "proof_package": "o leitor de imagens não está instalado",
    "proof_unreadable": "o arquivo está danificado ou protegido",
    "proof_too_large": "o arquivo é grande demais",
    "proof_gone": "o arquivo não pôde ser baixado",
}


def note_of(proof: ProofRead, flags: Sequence[str], problem: str, *, known: bool) -> str:
    """The note for the person: what was read, what is strange, and whether the payment itself is known."""
    if problem:
        return f"Comprovante não lido: {PROBLEMS.get(problem, problem)}. Confira o pagamento antes de responder."
    facts = [
        f"valor {format_brl(proof.amount_cents)}" if proof.amount_cents else "valor não encontrado",
        f"data {format_date(proof.paid_on)}" if proof.paid_on else "data não encontrada",
        f"recebedor {proof.payee}" if proof.payee else "",
        f"transação {proof.e2e_id}" if proof.e2e_id else "",
    ]
    lines = ["Comprovante lido (não é prova de pagamento): " + ", ".join(filter(None, facts)) + "."]
    if flags:
        lines.append("Atenção: " + "; ".join(FLAGS[flag] for flag in flags) + ".")
    if known and "used_before" in flags:
        lines.append("O pagamento dele já foi baixado e não vale outra vez. Não libere por este comprovante.")
    elif known:
        lines.append("O pagamento já consta: está confirmado.")
    else:
        lines.append("O pagamento ainda não consta no sistema. Não libere só pelo comprovante.")
    return "\n".join(lines)
