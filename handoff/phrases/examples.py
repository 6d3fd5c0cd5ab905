"""How a sentence reads with values of an invented customer, and what each of its variables is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.sentence import COURTESIES, Sentence, filled, variables_of


@dataclass(frozen=True)
class Variable:
    """A variable that a sentence is given: what it is, what stands for it in the example, whether it must be there."""

    name: str
    about: str
    example: str
    required: bool


VARIABLES: Mapping[str, tuple[str, str]] = {
    "amount": ("valor em reais", "R$ 119,90"),
    "available": ("a partir de quando", "amanhã"),
    "cause": ("o que aconteceu", "rompimento de fibra"),
    "code": ("código de 6 números", "482913"),
    "count": ("quantidade", "3"),
    "day": ("dia", "01/12"),
    "days": ("quantos dias", "15"),
    "dbm": ("potência da luz", "-21,4"),
    "debt": ("valor da dívida", "R$ 359,70"),
    "discount": ("desconto", "R$ 35,97"),
    "down": ("quantos estão sem sinal", "7"),
    "due": ("vencimento", "10/12/2026"),
    "eta": ("previsão de volta", "hoje às 18:00"),
    "evidence": ("o que foi medido", ""),
    "fine": ("multa", "R$ 2,40"),
    "first": ("primeira parcela", "R$ 129,90"),
    "high": ("minutos, no máximo", "20"),
    "hour": ("hora", "14:10"),
    "interest": ("juros", "R$ 0,48"),
    "left": ("quanto ainda falta", "R$ 19,90"),
    "low": ("minutos, no mínimo", "10"),
    "minutes": ("minutos", "10"),
    "more": ("quantas parcelas depois da primeira", "2"),
    "name": ("primeiro nome do cliente", "Bruno"),
    "networks": ("nomes das redes", "CasaDoBruno"),
    "new": ("nome novo da rede", "CasaDoBruno"),
    "number": ("número da fatura ou do contrato", "F-2026-11-0042"),
    "original": ("vencimento antes de atualizar", "10/11/2026"),
    "others": ("outras faturas em aberto", "F-2026-10-0042 (R$ 119,90)"),
    "paid": ("quanto já foi pago", "R$ 100,00"),
    "paid_on": ("dia do pagamento", "25/11/2026"),
    "parts": ("as partes, uma por uma", "R$ 129,90 em 10/12/2026"),
    "place": ("lugar ou número de ordem", "2"),
    "protocol": ("protocolo do atendimento", "2026112700042"),
    "provider": ("nome do provedor", "Religa"),
    "queue": ("equipe que recebe", "Financeiro"),
    "release": ("quando o sinal volta", ""),
    "settles": ("em quanto tempo o pagamento aparece", ""),
    "since": ("desde quando", "hoje às 13:40"),
    "street": ("rua", "Rua das Flores"),
    "today": ("valor hoje, com multa e juros", "R$ 122,78"),
    "total": ("total", "12"),
    "until": ("até quando", "domingo às 14:10"),
    "usual": ("potência normal da linha", "-19,8"),
    "verdict": ("o resultado da medição", ""),
    "when": ("quando", "amanhã às 8:00"),
    "where": ("em qual rede", ""),
    "why": ("o motivo", "o prazo pedido é longo demais."),
    "wishes": ("assuntos pedidos", "segunda via, Wi-Fi"),
}
_SENTENCES = {
    "evidence": "evidence.at",
    "release": "deal.release_first",
    "settles": "paid.settles",
    "verdict": "verdict.all_good",
    "where": "wifi.network",
}
"""What is put together from another sentence stands in the example as the house says that one."""


def variables(sentence: Sentence, said: Mapping[str, str], provider: str) -> list[Variable]:
    """Those that the sentence is given. `said` are all sentences as they hold now, by name."""
    values = _values(sentence.variables, said, provider)
    return [
        Variable(name, VARIABLES.get(name, ("", ""))[0], values[name], name not in COURTESIES)
        for name in sorted(sentence.variables)
    ]


def example(text: str, said: Mapping[str, str], provider: str, *, named: bool = True) -> str:
    """How it reads: with the values of an invented customer, or of one whose name is not known."""
    values = _values(variables_of(text), said, provider)
    return filled(text, {**values, "name": values.get("name", "") if named else ""})


def _values(names: frozenset[str], said: Mapping[str, str], provider: str) -> dict[str, str]:
    values = {name: VARIABLES.get(name, ("", name))[1] for name in names}
    for name in names & _SENTENCES.keys():
        inner = said.get(_SENTENCES[name], "")
        values[name] = filled(inner, {**_values(variables_of(inner), said, provider), "name": ""})
    return {**values, "provider": provider} if "provider" in names else values
