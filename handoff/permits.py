"""Who may see and do what: the one table of deeds, and the roles of a provider that changed none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from handoff.queues import BILLING, COLLECTIONS, N2, N3

Deed = Literal[
    "conversation.answer",
    "conversation.supervise",
    "customer.reveal",
    "contact.merge",
    "line.diagnose",
    "line.release",
    "line.reboot",
    "line.wifi",
    "line.block",
    "network.see",
    "job.decide",
    "batch.run",
    "incident.handle",
    "onu.ask",
    "onu.remove",
    "device.change",
    "money.see",
    "agreement.decide",
    "invoice.hold",
    "proof.decide",
    "payment.assign",
    "money.compare",
    "base.import",
    "report.see",
    "reading.correct",
    "template.handle",
    "canned.handle",
    "system.see",
    "admin.people",
    "admin.roles",
    "admin.desk",
    "admin.policies",
    "admin.audit",
    "api.manage",
]
ALL_DEEDS: frozenset[Deed] = frozenset(get_args(Deed))

TITLES: Mapping[str, Mapping[Deed, str]] = {
    "Conversas": {
        "conversation.answer": "Atender conversas",
        "conversation.supervise": "Supervisionar: assumir e transferir conversas dos outros",
        "contact.merge": "Juntar e separar contatos",
        "customer.reveal": "Mostrar CPF e telefone por inteiro",
    },
    "Linha do cliente": {
        "line.diagnose": "Diagnosticar",
        "line.release": "Liberar o sinal",
        "line.reboot": "Reiniciar a ONU",
        "line.wifi": "Mudar o Wi-Fi do cliente",
        "line.block": "Bloquear o sinal",
    },
    "Rede": {
        "network.see": "Ver a rede",
        "job.decide": "Aprovar e cancelar ações",
        "batch.run": "Rodar lotes",
        "incident.handle": "Tratar incidentes",
        "onu.ask": "Instalar ONU",
        "onu.remove": "Remover ONU",
        "device.change": "Mudar equipamentos",
    },
    "Financeiro": {
        "money.see": "Ver as páginas do financeiro",
        "agreement.decide": "Aprovar e recusar acordos",
        "invoice.hold": "Marcar e responder contestações",
        "proof.decide": "Decidir comprovantes",
        "payment.assign": "Dar baixa em pagamentos sem fatura",
        "money.compare": "Rodar a conciliação",
        "base.import": "Importar a base de clientes",
    },
    "Supervisão": {
        "report.see": "Ver painéis e relatórios",
        "reading.correct": "Revisar o que o robô entendeu",
        "template.handle": "Cuidar dos modelos do WhatsApp",
        "canned.handle": "Escrever respostas prontas e macros de todos",
        "system.see": "Ver o estado do sistema",
    },
    "Administração": {
        "admin.people": "Pessoas e senhas",
        "admin.roles": "Papéis e permissões",
        "admin.desk": "Filas, calendários e prazos",
        "admin.policies": "Políticas do provedor e textos do robô",
        "admin.audit": "Auditoria",
        "api.manage": "Acessos da API e avisos a outros sistemas",
    },
}
"""What each deed is called, under its heading. `line.*` is meant in a conversation that the person may see."""

Sees = Literal["queues", "all"]


@dataclass(frozen=True)
class Role:
    """What people of this role may do: `deeds` always, those of `by_queue` only with a queue of that name. They see
    `all` conversations, or their own and those of their `queues`."""

    name: str
    title: str
    deeds: frozenset[Deed]
    sees: Sees = "queues"
    by_queue: Mapping[str, frozenset[Deed]] = field(default_factory=dict)

    def deeds_with(self, queues: Iterable[str]) -> frozenset[Deed]:
        """All that a person of this role and these queues may do."""
        return self.deeds.union(*(self.by_queue.get(queue, frozenset()) for queue in queues))


class Holder(Protocol):
    """Whoever holds deeds: a person, or another system that calls for one."""

    @property
    def deeds(self) -> frozenset[Deed]:
        """All that they may do."""


def may(who: Holder, deed: Deed) -> bool:
    """Whether they may."""
    return deed in who.deeds


def beyond(who: Holder, role: Role) -> frozenset[Deed]:
    """What the role could do and they can't: nobody gives what they don't have."""
    return role.deeds.union(*role.by_queue.values()) - who.deeds


_DESK: frozenset[Deed] = frozenset(
    {"conversation.answer", "customer.reveal", "line.diagnose", "line.release", "line.reboot", "line.wifi"}
)
_TECHNICAL: frozenset[Deed] = frozenset({"network.see"})
_COLLECTIONS: frozenset[Deed] = frozenset(
    {"money.see", "invoice.hold", "proof.decide", "payment.assign", "money.compare"}
)
_FINANCE: frozenset[Deed] = _COLLECTIONS | {"agreement.decide"}
_ADMINISTRATION: frozenset[Deed] = frozenset(
    {"admin.people", "admin.roles", "admin.desk", "admin.policies", "admin.audit", "api.manage"}
)
_SUPERVISOR: frozenset[Deed] = ALL_DEEDS - _ADMINISTRATION - {"device.change"}

TEMPLATE = (
    Role(
        "agent",
        "Atendente",
        _DESK,
        by_queue={N2: _TECHNICAL, N3: _TECHNICAL, BILLING: _FINANCE, COLLECTIONS: _COLLECTIONS},
    ),
    Role("technical", "Técnico remoto", _DESK | _TECHNICAL),
    Role("finance", "Financeiro", _DESK | _FINANCE),
    Role("technician", "Técnico de campo", frozenset({"onu.ask"})),
    Role("supervisor", "Supervisão", _SUPERVISOR, "all"),
    Role("admin", "Administração", ALL_DEEDS, "all"),
)
"""The roles of a provider that changed none; written into rows on the first start."""
ADMIN = "admin"

API = Role("api", "Outro sistema", frozenset({"conversation.answer"}), "all")
"""What a token may do beyond its own scopes; nobody signs in as it, and it is not among the roles to choose from."""

NOBODY = Role("", "", frozenset())
"""Of a role that there is not."""


def template_role(name: str) -> Role:
    """The role of that name as the template has it; NOBODY for another name."""
    return next((role for role in (*TEMPLATE, API) if role.name == name), NOBODY)
