"""Why a request was not served: RFC 9457's problem+json, in Portuguese or English as the caller reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status, and (title, detail) by language."""

    status: int
    pt: tuple[str, str]
    en: tuple[str, str]


KINDS: Mapping[str, Kind] = {
    "unauthorized": Kind(
        401,
        ("Token ausente ou inválido", "Envie Authorization: Bearer com um token que não venceu nem foi revogado."),
        ("Missing or invalid token", "Send Authorization: Bearer with a token that is neither expired nor revoked."),
    ),
    "forbidden": Kind(
        403,
        ("Permissão ausente", "O token não tem a permissão que este pedido exige."),
        ("Missing scope", "The token does not have the scope that this request needs."),
    ),
    "not_found": Kind(
        404,
        ("Não encontrado", "Não existe nada neste endereço."),
        ("Not found", "There is nothing at this address."),
    ),
    "invalid": Kind(
        400,
        ("Pedido inválido", "O pedido não segue o esquema: veja `errors`."),
        ("Invalid request", "The request does not follow the schema: see `errors`."),
    ),
    "key_missing": Kind(
        400,
        ("Falta a chave", "Envie Idempotency-Key com 1 a 200 caracteres visíveis, uma por ato."),
        ("Missing key", "Send Idempotency-Key with 1 to 200 visible characters, one for each act."),
    ),
    "key_reused": Kind(
        409,
        ("Chave repetida", "Esta Idempotency-Key já foi usada com outro pedido."),
        ("Key reused", "This Idempotency-Key was used with another request."),
    ),
    "in_flight": Kind(
        409,
        ("Em andamento", "O pedido com esta Idempotency-Key ainda está sendo atendido."),
        ("In flight", "The request with this Idempotency-Key is still being served."),
    ),
    "refused": Kind(
        409,
        ("Recusado", "O ato não é possível agora."),
        ("Refused", "The act is not possible now."),
    ),
    "too_large": Kind(
        413,
        ("Corpo grande demais", "O corpo do pedido passa de 64 KiB."),
        ("Body too large", "The body of the request is larger than 64 KiB."),
    ),
    "too_many": Kind(
        429,
        ("Pedidos demais", "Espere os segundos de Retry-After."),
        ("Too many requests", "Wait for the seconds of Retry-After."),
    ),
    "failed": Kind(
        500,
        ("Falha nossa", "O pedido não foi atendido; nada mudou."),
        ("Our failure", "The request was not served; nothing changed."),
    ),
    "unavailable": Kind(
        503,
        ("Indisponível", "O banco de dados não respondeu. Tente de novo: com a mesma Idempotency-Key nada se repete."),
        ("Unavailable", "The database did not answer. Try again: with the same Idempotency-Key nothing is doubled."),
    ),
}


class Problem(Exception):
    """Ends a request. `detail` replaces the kind's; `headers` go with the answer, `more` into its body."""

    def __init__(self, kind: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind].status

    def body(self, language: str) -> dict[str, Any]:
        """The problem as JSON, in `pt` or `en`. What a desk's rule says is Portuguese in both."""
        kind = KINDS[self.kind]
        title, usual = kind.en if language == "en" else kind.pt
        told = {"type": f"urn:religa:problem:{self.kind}", "title": title, "status": kind.status}
        return {**told, "detail": self.detail or usual, **self.more}
