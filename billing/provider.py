"""The internet provider itself, as it appears on an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.document import Document

Size = Literal["micro", "ppp", "grande"]
"""Regulatory size: micro up to 5,000 accesses, ppp below 5 % of the market, grande above (RGC, Res. 765/2023)."""


LONGEST_PHONE = 40


@dataclass(frozen=True)
class Contacts:
    """What bills say of how the provider is reached: `support_phone` as it is printed, or nothing."""

    support_phone: str = ""

    def __post_init__(self) -> None:
        if len(self.support_phone) > LONGEST_PHONE or not self.support_phone.isprintable():
            raise ValueError(f"support_phone: uma linha, até {LONGEST_PHONE} caracteres")


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
