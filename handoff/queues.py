"""The organogram: the queues in which a conversation can wait for a person."""

from __future__ import annotations

from dataclasses import dataclass

N1 = "N1"
N2 = "N2"
N3 = "N3"
SALES = "Comercial"
BILLING = "Financeiro"
COLLECTIONS = "Cobrança"
OVERFLOW = "Transbordo"
BUSINESS = "Empresas"

DEFAULT_QUEUE = N1


@dataclass(frozen=True)
class Queue:
    """A queue: its name, as agents see and rows keep it, and what belongs in it."""

    name: str
    about: str


QUEUES = (
    Queue(N1, "Primeiro atendimento: dúvidas, testes simples e tudo o que ainda não tem dono"),
    Queue(N2, "Técnicos: diagnóstico remoto e visitas"),
    Queue(N3, "Rede: OLT, roteamento e falhas em massa; conversa com o N2"),
    Queue(SALES, "Planos novos, mudança de plano e de endereço"),
    Queue(BILLING, "Faturas, pagamentos e liberação de sinal"),
    Queue(COLLECTIONS, "Débitos em atraso e acordos"),
    Queue(OVERFLOW, "O que esperou demais em outra fila"),
    Queue(BUSINESS, "Clientes com CNPJ e contrato com prazo"),
)
QUEUE_NAMES = frozenset(queue.name for queue in QUEUES)


def known_queue(name: str) -> str:
    """`name`, when there is such a queue. Raises ValueError otherwise: a conversation in it would never be seen."""
    if name not in QUEUE_NAMES:
        raise ValueError(f"there is no queue {name!r}")
    return name
