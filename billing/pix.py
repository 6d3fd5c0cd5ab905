"""Pix BR Code: the copy-and-paste text, which is also what the QR code holds (EMV TLV with a CRC)."""

from __future__ import annotations

import binascii
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from core import money
from core.document import parse_document

GUI = "br.gov.bcb.pix"
NAME_MAX, CITY_MAX, TXID_MAX, CODE_MAX = 25, 15, 25, 512
NO_TXID = "***"

Problem = Literal["not_a_br_code", "crc", "structure", "too_long", "no_pix"]

_HEAD = "000201"
_CRC = re.compile(r"6304([0-9A-Fa-f]{4})$")
_TXID = re.compile(r"[A-Za-z0-9]{1,25}")
_PHONE = re.compile(r"\+[0-9]{8,15}")
_EVP = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class BrCode:
    """What a BR Code says. `url` is set for a dynamic one, `key` for a static one; `amount_cents` may be left open."""

    key: str | None
    url: str | None
    amount_cents: int | None
    name: str
    city: str
    txid: str | None
    recurrence_url: str | None


def encode_static(key: str, name: str, city: str, amount_cents: int | None = None, txid: str | None = None) -> str:
    """The BR Code that pays `amount_cents` (or an amount the payer types) to a Pix key.

    Accents are dropped and name and city cut to 25 and 15 characters: readers count bytes. `txid` (1 to 25 letters and
    digits) comes back with the payment. Raises ValueError when a field cannot be carried.
    """
    if not key or not key.isascii() or len(key) > 77:
        raise ValueError("a Pix key has 1 to 77 ASCII characters")
    if txid is not None and not _TXID.fullmatch(txid):
        raise ValueError("a static txid has 1 to 25 letters and digits")
    account = _field("26", _field("00", GUI) + _field("01", key))
    return _seal(_HEAD + account + _merchant(name, city, amount_cents, txid))


def encode_dynamic(url: str, name: str, city: str) -> str:
    """The BR Code of a charge that lives at `url` (without scheme, at most 77 characters)."""
    account = _field("26", _field("00", GUI) + _field("25", url))
    return _seal(_HEAD + _field("01", "12") + account + _merchant(name, city, None, None))


def txid_for(number: str) -> str:
    """A txid for an invoice number: itself where it fits, otherwise its letters and digits with a fingerprint.

    The fingerprint keeps `F-100-11` and `F-1001-1` apart. The same number always gives the same txid.
    """
    if _TXID.fullmatch(number):
        return number
    kept = re.sub(r"[^A-Za-z0-9]", "", number)[:16]
    return f"{kept}X{sha256(number.encode()).hexdigest()[:8].upper()}"


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE of `text` in UTF-8 as four upper-case hex digits."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def key_type(key: str) -> str | None:
    """CPF, CNPJ, EMAIL, PHONE or EVP (a random key); None for what is no Pix key."""
    if "@" in key:
        return "EMAIL"
    if _PHONE.fullmatch(key):
        return "PHONE"
    if _EVP.fullmatch(key):
        return "EVP"
    document = parse_document(key)
    return document.kind.upper() if document and document.number == key else None


def check(code: str) -> tuple[Problem, ...]:
    """Everything odd about a received code, empty when it is clean.

    Softly, because the code is forwarded as it came whatever is found: real gateways send codes whose CRC is right
    and whose lengths are not. Only `crc` and `not_a_br_code` mean that a bank's app will refuse it.
    """
    if not code.startswith(_HEAD):
        return ("not_a_br_code",)
    problems: list[Problem] = []
    seal = _CRC.search(code)
    if seal is None or seal[1].upper() != crc(code[:-4]):
        problems.append("crc")
    if len(code) > CODE_MAX:
        problems.append("too_long")
    try:
        read = decode(code)
    except ValueError:
        problems.append("structure")
    else:
        if not (read.key or read.url or read.recurrence_url):
            problems.append("no_pix")
    return tuple(problems)


def asks_for(code: str, amount_cents: int) -> bool:
    """False where the code names another amount. A code that names none, or cannot be read, says nothing against it: a
    charge's own is at its address."""
    try:
        named = decode(code).amount_cents
    except ValueError:
        return True
    return not named or named == amount_cents


def decode(code: str) -> BrCode:
    """Reads the fields, whatever the CRC says (see `check`). Raises ValueError when the lengths do not add up."""
    fields = _read(code)
    account = next((sub for i in range(26, 52) if (sub := _pix_account(fields.get(f"{i:02d}")))), {})
    recurrence = _pix_account(fields.get("80"))
    txid = _read(fields.get("62", "")).get("05")
    return BrCode(
        key=account.get("01"),
        url=account.get("25"),
        amount_cents=money.cents(fields["54"]) if "54" in fields else None,
        name=fields.get("59", ""),
        city=fields.get("60", ""),
        txid=None if txid == NO_TXID else txid,
        recurrence_url=recurrence.get("25"),
    )


def _merchant(name: str, city: str, amount_cents: int | None, txid: str | None) -> str:
    if amount_cents is not None and not 0 < amount_cents < 10**12:
        raise ValueError("a Pix amount is at least one cent and has at most 13 characters")
    amount = _field("54", money.as_decimal(amount_cents)) if amount_cents is not None else ""
    return "".join(
        (
            _field("52", "0000"),
            _field("53", "986"),
            amount,
            _field("58", "BR"),
            _field("59", _plain(name, NAME_MAX)),
            _field("60", _plain(city, CITY_MAX)),
            _field("62", _field("05", txid or NO_TXID)),
        )
    )


def _field(tag: str, value: str) -> str:
    if len(value) > 99:
        raise ValueError(f"field {tag} is longer than 99 characters")
    return f"{tag}{len(value):02d}{value}"


def _plain(text: str, limit: int) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    printable = " ".join("".join(c if c.isprintable() else " " for c in ascii_only).split())
    cut = printable[:limit].rstrip()
    if not cut:
        raise ValueError("a Pix code needs the name and the city of who receives")
    return cut


def _seal(body: str) -> str:
    unsealed = f"{body}6304"
    return unsealed + crc(unsealed)


def _read(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, size = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag + size).isdecimal() or len(tag + size) < 4 or at + 4 + int(size) > len(text):
            raise ValueError("lengths do not add up")
        fields[tag] = text[at + 4 : at + 4 + int(size)]
        at += 4 + int(size)
    return fields


def _pix_account(value: str | None) -> dict[str, str]:
    fields = _read(value) if value else {}
    return fields if fields.get("00", "").lower() == GUI else {}
