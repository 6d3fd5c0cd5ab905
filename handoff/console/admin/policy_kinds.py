"""What the fields of policies may hold, where their defaults do not tell: choices, amounts, rows, limits."""

from __future__ import annotations

from collections.abc import Mapping

from billing.collections_policy import TEMPLATES
from handoff.console.admin.boxes import Day, Kind, Money, Number, Pick, Text, Whole
from handoff.console.admin.calendar_pages import DAYS
from handoff.console.admin.rows import Listing, Named, Part, Record, Several, Span
from handoff.job_names import job_action
from handoff.template_wording import purpose_name
from provisioning.action import CHANGES
from provisioning.approval import ALWAYS, DEFAULTS, MOST

PERCENT = Number(kept_as_text=True)
LIMIT = Number(empty=True)
REMINDERS = Record(
    (
        Part("name", "Nome do passo", Text(), needed=True),
        Part("days", "Dias após o vencimento (antes: -3)", Whole(), needed=True),
        Part("template", "Modelo", Pick(tuple((name, purpose_name(name)) for name in TEMPLATES)), needed=True),
    )
)
AGREEMENTS = Record(
    (
        Part("name", "Nome", Text(), needed=True),
        Part("min_debt_cents", "Dívida a partir de (R$)", Money(), 1),
        Part("max_debt_cents", "Dívida até (R$)", Money()),
        Part("min_overdue_days", "Atraso a partir de (dias)", Whole(), 1),
        Part("max_overdue_days", "Atraso até (dias)", Whole()),
        Part("max_instalments", "Até quantas parcelas", Whole(), 1),
        Part("min_instalment_cents", "Parcela de pelo menos (R$)", Money(), 1000),
        Part("discount_percent", "Desconto (%)", Whole(), 0),
        Part(
            "discount_on",
            "Desconto sobre",
            Pick((("charges", "multa e juros"), ("principal", "o valor sem multa e juros"), ("all", "tudo"))),
            "charges",
        ),
        Part("discount_up_to", "Desconto em até quantas parcelas", Whole(), 1),
        Part("first_due_days", "Primeira parcela vence em (dias)", Whole(), 3),
        Part("approval_above_cents", "O financeiro aprova acima de (R$)", Money()),
    )
)
EXTRA = Named("Parâmetro", Text(), "Valor")
ONU_PART = Record(
    (
        Part("line_profile", "Perfil de linha", Text()),
        Part("service_profile", "Perfil de serviço", Text()),
        Part("vlan", "VLAN (1 a 4094)", Whole()),
        Part("description", "Descrição na OLT", Text()),
        Part("extra", "Outros parâmetros", EXTRA),
    )
)


def _approvals(action: str) -> Kind:
    least = 1 if action in ALWAYS else 0
    people = {0: "ninguém", 1: "1 pessoa"}
    return Pick(tuple((number, people.get(number, f"{number} pessoas")) for number in range(least, MOST + 1)))


APPROVALS = Record(
    tuple(
        Part(action, job_action(action), _approvals(action), DEFAULTS.get(action, 0))
        for action in sorted(CHANGES, key=job_action)
    )
)
KINDS: Mapping[str, Mapping[str, Kind]] = {
    "access": {
        "password_login": Pick((("everybody", "todos"), ("admins", "só quem administra pessoas"))),
    },
    "trust_unlock": {
        "weekdays": Several(tuple(enumerate(DAYS, start=1))),
        "hours_by_plan": Named("Plano", Whole(), "Horas"),
        "kinds": Several((("residential", "Residencial"), ("business", "Empresa"))),
    },
    "unlock_end": {
        "reblock": Pick((("", "quem liberou"), ("ours", "a Religa, na rede"), ("erp", "o ERP"))),
        "block_when": Pick((("always", "a qualquer hora"), ("business_hours", "só em dia útil, no horário abaixo"))),
    },
    "billing": {
        "fine_percent": PERCENT,
        "interest_percent_month": PERCENT,
        "first_period": Pick((("pro_rata", "proporcional"), ("full", "cheio"), ("free", "de graça"))),
    },
    "charges": {"fine_percent": PERCENT, "interest_percent_month": PERCENT},
    "collections": {
        "steps": Listing(REMINDERS, ordered_by="days"),
        "weekdays": Span(),
        "saturday": Span(),
        "block_hours": Span(),
        "holidays": Listing(Day(), "Dia"),
        "suspends": Pick((("ours", "a Religa"), ("erp", "o ERP"), ("off", "ninguém"))),
    },
    "negotiation": {
        "table": Listing(AGREEMENTS),
        "release": Pick((("first_instalment", "com a primeira parcela paga"), ("acceptance", "ao aceitar o acordo"))),
    },
    "outages": {
        "tell": Pick((("who_wrote", "quem escreveu"), ("all", "todos os atingidos"), ("nobody", "ninguém"))),
        "notice_hours": LIMIT,
        **dict.fromkeys(("window_minutes", "chronic_hours", "stale_minutes", "reports_minutes"), Number()),
        **dict.fromkeys(("hasten_minutes", "steady_seconds", "linger_minutes"), Number()),
    },
    "network": {"approvals": APPROVALS},
    "onu": {
        "vlan": Whole(empty=True),
        "pon_limit": Whole(empty=True),
        "extra": EXTRA,
        "olts": Named("OLT", ONU_PART),
        "plans": Named("Plano", ONU_PART),
    },
    "optical": dict.fromkeys(("weak_dbm", "strong_dbm", "olt_weak_dbm", "drop_db"), LIMIT),
}
"""By policy and field."""
