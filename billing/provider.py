"""The internet provider itself, as it appears on an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.document import Document

Size = Literal["micro", "ppp", "grande"]
"""Regulatory size: micro up to 5,000 accesses, ppp below 5 % of the market, grande above (RGC, Res. 765/2023)."""


@dataclass(frozen=True)
class Provider:
    """Who charges. `timezone` is an IANA name, `pix_key` is exactly as registered at the bank.

    `boleto_bank` is the three-digit bank code under which the local ERP composes boletos for a demonstration. Such a
    boleto is registered nowhere and no bank accepts it, so a real provider without a gateway has None: Pix only.
    """

    name: str
    cnpj: Document
    city: str
    state: str
    timezone: str
    pix_key: str
    boleto_bank: str | None
    size: Size = "ppp"
    support_phone: str | None = None
