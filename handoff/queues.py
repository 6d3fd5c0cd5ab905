"""The organogram: the queues in which a conversation can wait for a person, and the terms of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from models.queue import QueueRow

N1 = "N1"
N2 = "N2"
N3 = "N3"
SALES = "Comercial"
BILLING = "Financeiro"
COLLECTIONS = "Cobrança"
OVERFLOW = "Transbordo"
BUSINESS = "Empresas"

DEFAULT_QUEUE = N1

OFFICE_HOURS, ALWAYS = "comercial", "sempre"
"""Names of the calendars that there always are (handoff.calendars)."""


@dataclass(frozen=True)
class Queue:
    """A queue: its name, as agents see and rows keep it, what belongs in it, and its terms.

    `level` is 1 to 3 for the levels of support, 0 for any other; `escalates_to` the next one, which wants `checklist`
    (what has to be ticked first, by the names of handoff.life.checklist). `push`: conversations are given to people who
    are there; otherwise people pull. `weight` is what one of its conversations counts in a person's capacity.
    After `overflow_minutes` (0: never) a wait goes on in `overflow_to` too. People of a queue that does not
    `talk_to_customers` only write notes, or say why not. `skills` are what a person needs for it.
    Silent customers are reminded after `remind_minutes`, and the conversation ends `close_minutes` later (0: never);
    what comes within `reopen_hours` of an end is the same conversation.
    """

    name: str
    about: str
    level: int = 0
    calendar: str = OFFICE_HOURS
    push: bool = False
    weight: int = 1
    overflow_minutes: int = 15
    overflow_to: str = OVERFLOW
    talks_to_customers: bool = True
    skills: tuple[str, ...] = ()
    escalates_to: str = ""
    checklist: tuple[str, ...] = ()
    remind_minutes: int = 30
    close_minutes: int = 60
    reopen_hours: int = 24


BEFORE_N2 = ("identified", "contract", "tests", "evidence")

TEMPLATE = (
    Queue(
        N1,
        "Primeiro atendimento: dúvidas, testes simples e tudo o que ainda não tem dono",
        level=1,
        escalates_to=N2,
        checklist=BEFORE_N2,
    ),
    Queue(N2, "Técnicos: diagnóstico remoto e visitas", level=2, weight=2, escalates_to=N3, checklist=BEFORE_N2),
    Queue(
        N3,
        "Rede: OLT, roteamento e falhas em massa; conversa com o N2",
        level=3,
        weight=3,
        talks_to_customers=False,
        overflow_minutes=0,
    ),
    Queue(SALES, "Planos novos, mudança de plano e de endereço"),
    Queue(BILLING, "Faturas, pagamentos e liberação de sinal"),
    Queue(COLLECTIONS, "Débitos em atraso e acordos"),
    Queue(OVERFLOW, "O que esperou demais em outra fila", overflow_minutes=0),
    Queue(BUSINESS, "Clientes com CNPJ e contrato com prazo", calendar=ALWAYS, weight=2, overflow_minutes=5),
)
"""The queues of a provider that changed none; written into rows on the first start."""


@dataclass(frozen=True)
class Organogram:
    """The provider's queues in their order; those that take nothing new are only in `closed`."""

    queues: tuple[Queue, ...]
    closed: tuple[Queue, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Those in which something may begin to wait."""
        return frozenset(queue.name for queue in self.queues)

    def queue(self, name: str | None) -> Queue:
        """The queue of that name, also a closed one; the first line's for None. Raises ValueError for no queue."""
        for queue in (*self.queues, *self.closed):
            if queue.name == (name or DEFAULT_QUEUE):
                return queue
        raise ValueError(f"there is no queue {name!r}")


def organogram(session: Session) -> Organogram:
    """The queues as they are now. Raises Misconfigured `queue` for a row without sense."""
    rows = session.scalars(select(QueueRow).order_by(QueueRow.position, QueueRow.name)).all()
    if not rows:
        return Organogram(TEMPLATE)
    read = [(row.active, queue_of(row.name, row.terms)) for row in rows]
    return Organogram(
        tuple(queue for active, queue in read if active), tuple(queue for active, queue in read if not active)
    )


def queue_of(name: str, terms: Mapping[str, Any]) -> Queue:
    """A row as a value. Raises Misconfigured `queue` naming the field that makes no sense."""
    plain = next((queue for queue in TEMPLATE if queue.name == name), Queue(name, ""))
    known = {field.name for field in fields(Queue)} - {"name"}
    for key, value in terms.items():
        if key not in known:
            raise Misconfigured("queue", f"fila {name}: não existe {key}")
        wanted = list if isinstance(getattr(plain, key), tuple) else type(getattr(plain, key))
        if type(value) is not wanted or (isinstance(value, int) and value < 0):
            raise Misconfigured("queue", f"fila {name}: {key} não faz sentido: {value!r}")
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in terms.items()}
    return replace(plain, **given)


def known_queue(session: Session, name: str) -> str:
    """`name`, when there is such a queue. Raises ValueError otherwise: a conversation in it would never be seen."""
    if name not in organogram(session).names:
        raise ValueError(f"there is no queue {name!r}")
    return name


def ensure_organogram(session: Session) -> bool:
    """Writes the template into rows where there are none, for the administrator to change; whether it did."""
    if session.scalar(select(QueueRow.name).limit(1)) is not None:
        return False
    values = [
        {"name": queue.name, "position": place, "terms": _terms(queue)} for place, queue in enumerate(TEMPLATE, 1)
    ]
    session.execute(insert(QueueRow).values(values).on_conflict_do_nothing())
    return True


def _terms(queue: Queue) -> dict[str, Any]:
    told = asdict(queue)
    del told["name"]
    return {key: list(value) if isinstance(value, tuple) else value for key, value in told.items()}
