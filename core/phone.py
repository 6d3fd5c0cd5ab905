"""Brazilian phone numbers: one key per line whatever way it was written, with or without the ninth digit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers

Kind = Literal["mobile", "landline", "foreign", "ambiguous", "invalid"]

_AREA_CODES = """
11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55
61 62 63 64 65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99
"""
AREA_CODES = frozenset(_AREA_CODES.split())
"""The 67 area codes (DDD) in use."""

_SCHEME = re.compile(r"^(?:whatsapp|tel):", re.IGNORECASE)
# The two digits of a carrier were printed as xx for whoever dials to choose: (0xx37) is (037).
_ANY_CARRIER = re.compile(r"(?<![0-9a-z])0\s?xx\s?", re.IGNORECASE)
_WRITTEN = re.compile(r"\+?[0-9\s().\-/\u2010-\u2015]+")
_APART = re.compile(r"[/;,|]+|[^\W\d_]+")
_MOBILE = re.compile(r"9[0-9]{8}")
_OLD_MOBILE = re.compile(r"[6-9][0-9]{7}")
_LANDLINE = re.compile(r"[2-5][0-9]{7}")


@dataclass(frozen=True)
class _Reading:
    kind: Kind
    key: str | None = None


_INVALID = _Reading("invalid")


def match_key(text: str, default_ddd: str | None = None, *, is_wa_id: bool = False) -> str | None:
    """The E.164 form to compare numbers by, or None when `text` is not a number or lacks its area code.

    Mobile numbers get the ninth digit when they lack it (many WhatsApp ids and old records do); the 8-digit local
    part of a mobile starts with 6-9, a landline's with 2-5 and is left alone. `default_ddd` completes numbers written
    without an area code. `is_wa_id` says that the country code is present for sure, which settles the few foreign
    numbers that could also be read as area code plus mobile.

    It is a key for finding people, not an address: a message goes to the WhatsApp id exactly as it was received.
    """
    return _read(text, default_ddd, is_wa_id).key


def match_keys(*fields: str, default_ddd: str | None = None) -> tuple[str, ...]:
    """The keys of all the numbers in fields of another system, each once, in order: such fields hold several numbers,
    and words beside them, as `(12) 98111-0001 / (12) 3333-4444` or `12981110001 (mãe)`."""
    return tuple(dict.fromkeys(key for field in fields for key in _keys_in(field, default_ddd) if key))


def _keys_in(field: str, default_ddd: str | None) -> list[str | None]:
    if whole := match_key(field, default_ddd):
        return [whole]
    return [match_key(part.strip(" ().:-"), default_ddd) for part in _APART.split(field)]


def kind(text: str, default_ddd: str | None = None, *, is_wa_id: bool = False) -> Kind:
    """What `text` is as a phone number; `ambiguous` means a Brazilian number without area code."""
    return _read(text, default_ddd, is_wa_id).kind


def forms(key: str) -> tuple[str, ...]:
    """The E.164 forms under which the owner of a match key may be stored elsewhere, the key itself first.

    A mobile number whose digit after the 9 is 6-9 existed before the ninth digit came, so its short form is tried too.
    """
    if key.startswith("+55") and len(key) == 14 and _OLD_MOBILE.fullmatch(key[6:]):
        return key, f"{key[:5]}{key[6:]}"
    return (key,)


def format_phone(key: str) -> str:
    """For people to read: `(12) 98111-0001`; a foreign number stays in E.164."""
    if not key.startswith("+55"):
        return key
    local = key[5:]
    return f"({key[3:5]}) {local[:-4]}-{local[-4:]}"


def mask_phone(text: str) -> str:
    """Only the area code and the last four digits: `(12) *****-0001`. Never fails; what is no number becomes `****`."""
    key = match_key(text)
    if key is None:
        return "****"
    if not key.startswith("+55"):
        return f"+{'*' * (len(key) - 5)}{key[-4:]}"
    return f"({key[3:5]}) {'*' * (len(key) - 9)}-{key[-4:]}"


def _read(text: str, default_ddd: str | None, is_wa_id: bool) -> _Reading:
    plain = _ANY_CARRIER.sub("0", _SCHEME.sub("", _without_marks(text).strip()))
    if not _WRITTEN.fullmatch(plain):
        return _INVALID
    digits = re.sub(r"[^0-9]", "", plain)
    if plain.startswith("+") or is_wa_id:
        return _international(digits)
    if digits.startswith("00"):
        return _international(digits[2:])
    if digits.startswith("0"):
        return _national(_without_trunk(digits))
    if digits.startswith("55") and len(digits) in (12, 13):
        return _national(_without_trunk(digits[2:]))
    if len(digits) in (8, 9):
        return _without_area_code(digits, default_ddd)
    national = _national(digits)
    return national if national.key else _international(digits)


def _without_marks(text: str) -> str:
    # Contact cards pasted from WhatsApp carry invisible direction marks around the number.
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


def _without_area_code(digits: str, default_ddd: str | None) -> _Reading:
    if default_ddd is not None:
        return _national(default_ddd + digits)
    return _Reading("ambiguous") if _local(digits).kind != "invalid" else _INVALID


def _without_trunk(digits: str) -> str:
    """Without the trunk prefix, alone (0 37 ...) or with the carrier's two digits (0 15 37 ...)."""
    if not digits.startswith("0"):
        return digits
    return digits[3:] if len(digits) in (13, 14) else digits[1:]


def _national(digits: str) -> _Reading:
    if digits[:2] not in AREA_CODES:
        return _INVALID
    local = _local(digits[2:])
    return _Reading(local.kind, f"+55{digits[:2]}{local.key}") if local.key else _INVALID


def _local(digits: str) -> _Reading:
    if _MOBILE.fullmatch(digits):
        return _Reading("mobile", digits)
    if _OLD_MOBILE.fullmatch(digits):
        return _Reading("mobile", f"9{digits}")
    if _LANDLINE.fullmatch(digits):
        return _Reading("landline", digits)
    return _INVALID


def _international(digits: str) -> _Reading:
    if digits.startswith("55"):
        # Many write the zero of a call from another city behind the country's code as well: +55 (037) ...
        return _national(_without_trunk(digits[2:]))
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return _INVALID
    # "Possible" is enough: numbering plans change faster than the library, and the id did come from a real account.
    return _Reading("foreign", f"+{digits}") if phonenumbers.is_possible_number(number) else _INVALID
