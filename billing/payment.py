"""An order to pay as WhatsApp shows it: the amount, the item, and the ways to pay it. Values only."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_REFERENCE = 60


@dataclass(frozen=True)
class Payment:
    """What WhatsApp shows as an order to review and pay (Brazil). Amounts in cents.

    `reference` is ours and unique, up to 60 characters of A-Z a-z 0-9 _ . -. `pix_code` is the copia e cola as the
    bank gave it, byte for byte; with it go the receiver's name and key (`pix_key_type`: CPF, CNPJ, EMAIL, PHONE, EVP).
    `boleto_line` is the linha digitável, `link` an address to pay at. At least one way to pay is there.
    `status` and `note` are for kind payment_status: pending, processing, completed or canceled.
    """

    reference: str
    item: str = ""
    total_cents: int = 0
    pix_code: str = ""
    pix_merchant: str = ""
    pix_key: str = ""
    pix_key_type: str = ""
    boleto_line: str = ""
    link: str = ""
    status: str = "pending"
    note: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """The codes and addresses to pay with that are there: Pix, boleto, link."""
        return tuple(way for way in (self.pix_code, self.boleto_line, self.link) if way)
