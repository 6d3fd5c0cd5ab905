"""How the console says things: times on the provider's clock, waiting times, and Portuguese names for states."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from markupsafe import Markup, escape

from core.dates import format_date, local_date, local_time
from core.document import find_documents
from core.hearing import SURE_HEARING

SURELY_HEARD = 0.85
AUTOMATIC = "Atendimento automático"

STATUS = {
    "queued": "na fila",
    "sending": "enviando",
    "accepted": "aceita pelo WhatsApp",
    "sent": "enviada",
    "delivered": "entregue",
    "read": "lida",
    "failed": "não entregue",
    "unknown": "sem confirmação",
    "discarded": "descartada",
}
TICKS = {"queued": "🕓", "sending": "🕓", "accepted": "✓", "sent": "✓", "delivered": "✓✓", "read": "✓✓"}
KINDS = {
    "image": "Imagem",
    "audio": "Áudio",
    "voice": "Áudio",
    "video": "Vídeo",
    "document": "Documento",
    "sticker": "Figurinha",
    "location": "Localização",
    "contacts": "Cartão de contato",
    "reaction": "Reação",
    "order": "Pedido do catálogo",
    "link": "Mensagem com link",
    "template": "Modelo aprovado",
    "payment": "Cobrança para revisar e pagar no WhatsApp",
    "payment_status": "Situação da cobrança",
    "welcome": "Abriu a conversa",
    "flow": "Formulário respondido",
    "contact_request": "Com botão para enviar o contato",
    "location_request": "Com botão para enviar a localização",
    "unsupported": "Tipo de mensagem que o WhatsApp não nos entrega",
    "unknown": "Tipo de mensagem desconhecido",
}
TEXT_KINDS = frozenset({"text", "buttons", "list", "button", "interactive"})
EVENT_MARKS = {"call": "📞", "number_changed": "🔁", "identity_changed": "🔁"}
CONTRACT_STATUS = {"active": "ativo", "cancelled": "cancelado", "pending": "ainda não ativado"}
BLOCKED_FOR = {"debt": "bloqueado por débito", "request": "bloqueado a pedido do cliente", "other": "bloqueado"}
UNLOCK_STATE = {
    "reserved": "em andamento",
    "active": "valendo",
    "kept": "cumprida: pagou no prazo",
    "broken": "não cumprida: bloqueado de novo",
    "failed": "não chegou a valer",
    "refused": "recusada pelo ERP",
}
PROOF = {
    "phone": "o número do WhatsApp está no cadastro",
    "two_facts": "acertou duas informações do cadastro",
    "code": "confirmou o código enviado ao contato do cadastro",
}
TICKET_STATE = {"open": "aberto", "closed": "fechado"}
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def author_name(author: str, names: Mapping[str, str]) -> str:
    """Who wrote a message, for people to read. `names` gives people's names by `agent:login`."""
    known = {"customer": "Cliente", "bot": AUTOMATIC, "system": AUTOMATIC, "phone_app": "Equipe, pelo celular"}
    return known.get(author) or names.get(author, author.removeprefix("agent:"))


def heard(confidence: float | None) -> str:
    """How sure a machine is of the words it heard in a voice note."""
    if confidence is None:
        return "transcrição automática"
    sure = "boa" if confidence >= SURELY_HEARD else "média" if confidence >= SURE_HEARING else "baixa, ouça o áudio"
    return f"transcrição automática, confiança {sure}"


def clock(at: datetime, zone: str) -> str:
    """`14:05`, on the provider's clock."""
    return f"{local_time(at, zone):%H:%M}"


def day(at: datetime, now: datetime, zone: str) -> str:
    """`hoje`, `ontem` or `05/12/2026`."""
    days = (local_date(now, zone) - local_date(at, zone)).days
    return {0: "hoje", 1: "ontem"}.get(days) or format_date(local_date(at, zone))


def moment(at: datetime, now: datetime, zone: str) -> str:
    """`14:05` today, otherwise with its day: `ontem 14:05`, `05/12/2026 14:05`."""
    name = day(at, now, zone)
    return clock(at, zone) if name == "hoje" else f"{name} {clock(at, zone)}"


def waited(since: datetime, now: datetime) -> str:
    """`agora`, `3 min`, `1 h 20 min`, `2 dias`. Never negative: clocks of different machines differ a little."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "agora"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest:02d} min" if rest else f"{hours} h"
    days = minutes // (24 * 60)
    return f"{days} dia" if days == 1 else f"{days} dias"


def due(on: date, today: date) -> str:
    """`vence em 3 dias`, `vence hoje`, `vencida há 20 dias`."""
    days = (on - today).days
    if days == 0:
        return "vence hoje"
    count = f"{abs(days)} dia" if abs(days) == 1 else f"{abs(days)} dias"
    return f"vence em {count}" if days > 0 else f"vencida há {count}"


def without_documents(text: str) -> str:
    """`text` with every CPF and CNPJ masked; the rest, as people wrote it, stays."""
    for document, start, end in reversed(find_documents(text)):
        text = f"{text[:start]}{document.masked}{text[end:]}"
    return text


def spoken(value: object, zone: str) -> str:
    """A measured value as people read it: yes and no, a comma in decimals, moments on the provider's clock."""
    if value is None or value == "":
        return "sem leitura"
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, (list, tuple)):
        return ", ".join(spoken(inner, zone) for inner in value)
    return _local_if_moment(str(value), zone)


def _local_if_moment(text: str, zone: str) -> str:
    if not _ISO.match(text):
        return text
    try:
        at = local_time(datetime.fromisoformat(text), zone)
    except ValueError:
        return text
    return f"{at:%d/%m/%Y %H:%M}"


def initials(name: str) -> str:
    """One or two letters that stand for a person: `Ana Souza` is `AS`."""
    words = [word for word in name.split() if word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


_BOLD = re.compile(r"(?<![*\w])\*(\S(?:[^*\n]*\S)?)\*(?![*\w])")


def emphasis(text: str) -> Markup:
    """The text as WhatsApp shows it: *this* is bold. Everything else stays text, whatever it looks like."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped just before


def contract_status(status: str, blocked_for: str) -> str:
    """What a contract's state is called, and for what it is blocked; one that nobody knows by its name."""
    return BLOCKED_FOR[blocked_for] if status == "blocked" else CONTRACT_STATUS.get(status, status)


FILTERS: dict[str, Callable[..., str]] = {
    "initials": initials,
    "emphasis": emphasis,
    "contract_status": contract_status,
}
