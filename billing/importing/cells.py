"""What a cell of a customer base may say, as Brazil writes it. Each reader takes a cell that is not empty."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from billing.formula import is_formula
from core.document import parse_document
from core.money import parse_brl
from core.phone import match_key

Value = str | int | bool | date
Reader = Callable[[str], Value]

LONGEST_CELL = 2000
_MOST_CENTS = 10**9
_DAY = re.compile(r"(?P<day>[0-9]{1,2})[/.\-](?P<month>[0-9]{1,2})[/.\-](?P<year>[0-9]{4})(?:[ T].*)?")
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[ T].*)?")
_PERIOD = re.compile(r"(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})|(?P<year2>[0-9]{4})-(?P<month2>[0-9]{2})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONES_APART = re.compile(r"[/;,|\n]+")
_YES, _NO = frozenset({"s", "sim", "1", "true", "x"}), frozenset({"n", "nao", "0", "false"})


class Unfit(ValueError):
    """The cell cannot be taken. Its text is the reason, in Portuguese, without what the cell says."""


def plain(text: str) -> str:
    """Without accents, capitals and signs, for comparing words: `CPF/CNPJ` and `cpf cnpj` are one."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def text(cell: str) -> str:
    """Words with single blanks between them. A formula is refused: it would run where the base is exported to."""
    if is_formula(cell):
        raise Unfit("começa com =, +, - ou @, como uma fórmula de planilha")
    kept = " ".join("".join(c if c.isprintable() else " " for c in cell).split())
    if not kept:
        raise Unfit("não tem texto legível")
    return kept


def code(cell: str) -> str:
    """A name that we refer by: up to 60 characters, no blanks inside."""
    kept = text(cell)
    if len(kept) > 60 or " " in kept:
        raise Unfit("esperado um código de até 60 caracteres, sem espaços")
    return kept


def amount(cell: str) -> int:
    """Cents, from zero up to ten million reais."""
    found = parse_brl(cell)
    if found is None:
        raise Unfit("não é um valor em reais, como 1.234,56")
    if not 0 <= found <= _MOST_CENTS:
        raise Unfit("o valor é negativo ou alto demais")
    return found


def amount_due(cell: str) -> int:
    """Cents, at least one."""
    found = amount(cell)
    if not found:
        raise Unfit("o valor é zero")
    return found


def day(cell: str) -> date:
    """A calendar day, dd/mm/aaaa or aaaa-mm-dd; an hour behind it is left out."""
    found = _DAY.fullmatch(cell) or _ISO.fullmatch(cell)
    try:
        read = date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        raise Unfit("a data não existe") from None
    if read is None:
        raise Unfit("não é uma data dd/mm/aaaa")
    if not 1990 <= read.year <= 2100:
        raise Unfit("a data está fora do que se espera (1990 a 2100)")
    return read


def period(cell: str) -> str:
    """The month an invoice is for, as AAAA-MM; written mm/aaaa or aaaa-mm."""
    found = _PERIOD.fullmatch(cell)
    month = int(found["month"] or found["month2"]) if found else 0
    if found is None or not 1 <= month <= 12:
        raise Unfit("não é um mês mm/aaaa")
    return f"{found['year'] or found['year2']}-{month:02d}"


def due_day(cell: str) -> int:
    """A day of the month, 1 to 31."""
    if not cell.isdecimal() or not 1 <= int(cell) <= 31:
        raise Unfit("não é um dia do mês, de 1 a 31")
    return int(cell)


def whole(cell: str) -> int:
    """A number of Mbit/s, 0 to 100,000; the unit may stand behind it."""
    found = re.fullmatch(r"([0-9]{1,6})\s*(?:m|mb|mega|mbps|mbit/s)?", cell.strip().lower())
    if found is None or int(found[1]) > 100_000:
        raise Unfit("não é uma velocidade em Mbps")
    return int(found[1])


def document(cell: str) -> str:
    """A CPF or CNPJ, compact; zeros that a spreadsheet dropped in front are not guessed."""
    found = parse_document(cell)
    if found is None:
        raise Unfit("não é um CPF ou CNPJ válido (confira os dígitos e os zeros à esquerda)")
    return found.number


def phones(cell: str) -> str:
    """One or several numbers, as match keys with a blank between them, in order."""
    parts = [part.strip().lstrip("'") for part in _PHONES_APART.split(cell) if part.strip()]
    keys = [match_key(part) for part in parts]
    if not keys or None in keys:
        raise Unfit("não é um telefone com DDD")
    return " ".join(sorted({key for key in keys if key}))


def email(cell: str) -> str:
    """An address of e-mail."""
    kept = text(cell)
    if len(kept) > 254 or not _EMAIL.fullmatch(kept):
        raise Unfit("não é um e-mail")
    return kept


def yes(cell: str) -> bool:
    """Sim or não."""
    word = plain(cell)
    if word not in _YES | _NO:
        raise Unfit("esperado sim ou não")
    return word in _YES


def one_of(words: Mapping[str, str]) -> Reader:
    """A reader of fixed words, written with or without accents."""
    shown = ", ".join(words)

    def read(cell: str) -> str:
        found = words.get(plain(cell))
        if found is None:
            raise Unfit(f"esperado um de: {shown}")
        return found

    return read
