"""What stands in a proof of payment: amount, day, end-to-end id, payee. Read, never believed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from billing.e2e_id import find_e2e_id, moment_of
from billing.proof_amount import find_amount
from core.document import Document, parse_document

# Recognition takes noughts and ones for letters, and loses the blanks between words. A dash has many forms.
_AS_DIGITS = str.maketrans("OoQDIl", "000011")
_AS_LETTERS = str.maketrans("01", "ol")
_DASH = "[-–—]"
_DIGIT = "[0-9OolI]"
_OF_MONTH = f"(?<![0-9])([0-3OolI]?{_DIGIT})"
_DAY = re.compile(rf"{_OF_MONTH} ?[/.-] ?([01OolI]?{_DIGIT}) ?[/.-] ?(2[0Oo]{_DIGIT}{{2}}|[0-9]{{2}})(?!{_DIGIT})")
_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_WRITTEN = re.compile(
    rf"{_OF_MONTH}\s*(?i:de\s*|/)?\s*(?i:(jan|fev|mar|abr|mai|jun|ju[l1]|ag[o0]|set|[o0]ut|n[o0]v|dez)[a-zç]*)\.?"
    rf"\s*(?i:de\s*|/)?\s*(2[0Oo]{_DIGIT}{{2}})(?!{_DIGIT})"
)
_PAYEE = re.compile(
    r"^\s*(?:para|destino|destinat[áa]rio|favorecido|recebedor|benefici[áa]rio|quem\s*recebeu|recebido\s*por"
    r"|(?:nome|dados)\s*d[oe]\s*(?:recebedor|favorecido|destinat[áa]rio|benefici[áa]rio|quem\s*recebeu))"
    r"\b\s*:?\s*(?:nome\s*:?\s*)?(.*)$",
    re.IGNORECASE,
)
_PAYER = re.compile(
    r"^\s*(?:(?:nome|dados)\s*d[oe]\s*)?(?:de|origem|pagador|quem\s*pagou|remetente|pago\s*por)\b", re.IGNORECASE
)
_NAME = re.compile(r"^\s*(?:nome|raz[ãa]o social)\s*:?\s*(.*)$", re.IGNORECASE)
_NO_NAME = re.compile(r"\s*(?:cnpj|cpf|institui[çc][ãa]o|banco|chave|ag[êe]ncia|conta|valor)\b", re.IGNORECASE)
_CNPJ = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{2}(?: ?[.,]? ?[0-9A-Za-z]{3}){2} ?/ ?[0-9A-Za-z]{4}"
    rf" ?{_DASH}? ?{_DIGIT}{{2}}(?![0-9])"
)
_HIDDEN_CNPJ = re.compile(r"[*•xX]{2}[.\s]?([0-9]{3})[.\s]?([0-9]{3})[/\s]?([0-9*•xX]{4})")
# Words right before a day, maybe in the line above it, that make it another than that of the payment.
_NOT_PAID_ON = re.compile(r"(?:vencimento|vence em|vcto\.?|emiss[ãa]o|emitido em)\s*:?\s*$", re.IGNORECASE)
# Eleven plain digits may be an account or a phone.
_CPF = re.compile(
    rf"(?<![0-9*•])(?:[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}{_DASH}[0-9]{{2}}"
    rf"|[*•xX]{{3}}\.?[0-9]{{3}}\.?[0-9]{{3}}{_DASH}?[*•xX]{{2}})(?![0-9*•])"
)
_SCHEDULED = re.compile(r"\bagendad[oa]|\bagendamento|\bprogramad[oa]\b|\bdata agendada", re.IGNORECASE)
_RECEIPT = re.compile(
    r"comprovante|recibo|pix|transa[çc][ãa]o|pagamento|transfer[êe]ncia|comprobante|transferencia", re.IGNORECASE
)


@dataclass(frozen=True)
class ProofRead:
    """What could be read. None and empty where nothing could. `made_on` is the day inside the end-to-end id.

    `payee_hidden` are the middle digits of a masked CNPJ. `payee_is_person`: beside the payee stands a CPF and no CNPJ,
    and the payer is told apart. `scheduled`: an order to pay later, no payment.
    `receipt`: it has the words of a receipt at all.
    """

    amount_cents: int | None = None
    paid_on: date | None = None
    e2e_id: str | None = None
    made_on: date | None = None
    payee: str | None = None
    payee_document: Document | None = None
    payee_hidden: str = ""
    payee_is_person: bool = False
    scheduled: bool = False
    receipt: bool = False


def read_proof(text: str) -> ProofRead:
    """What the text of a proof says: the first amount named as such or the largest, the first day
    (one on which it was due or issued only where there is no other), the first id."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = "\n".join(lines)
    e2e = find_e2e_id(joined)
    of_payee = "\n".join(_without_payer(lines))
    document = next(filter(None, map(_document, _CNPJ.findall(of_payee))), None)
    hidden = _HIDDEN_CNPJ.search(of_payee)
    return ProofRead(
        amount_cents=find_amount(joined),
        paid_on=_day(joined),
        e2e_id=e2e,
        made_on=moment_of(e2e).date() if e2e else None,
        payee=_payee(lines),
        payee_document=document,
        payee_hidden=hidden[1] + hidden[2] if hidden else "",
        payee_is_person=not (document or hidden) and of_payee != joined and bool(_CPF.search(of_payee)),
        scheduled=bool(_SCHEDULED.search(joined)),
        receipt=bool(_RECEIPT.search(joined)),
    )


def _document(written: str) -> Document | None:
    """Its check digits say whether letters in it are the digits that they look like."""
    plain = re.sub(rf"[ .,/]|{_DASH}", "", written)
    return parse_document(plain) or parse_document(plain.translate(_AS_DIGITS))


def _day(text: str) -> date | None:
    found = [(m.start(), _date(m[3], m[2], m[1])) for m in _DAY.finditer(text)]
    found += [(m.start(), _date(m[3], str(_month(m[2])), m[1])) for m in _WRITTEN.finditer(text)]
    days = sorted((_NOT_PAID_ON.search(text[:place]) is not None, place, day) for place, day in found if day)
    return days[0][2] if days else None


def _month(name: str) -> int:
    return _MONTHS.index(name.lower().translate(_AS_LETTERS)) + 1


def _date(*parts: str) -> date | None:
    try:
        year, month, day = (int(part.translate(_AS_DIGITS)) for part in parts)
        return date(year + (2000 if year < 100 else 0), month, day)
    except ValueError:
        return None


def _payee(lines: list[str]) -> str | None:
    """The name behind the word for the receiver: in its line, in the next, or in the next that is called a name."""
    for place, line in enumerate(lines):
        found = _PAYEE.match(line)
        if not found:
            continue
        if _is_name(found[1]):
            return found[1].strip(" :")
        for following in lines[place + 1 : place + 4]:
            if _PAYER.match(following) or _PAYEE.match(following):
                break
            name = _NAME.match(following)
            said = name[1] if name else following
            if _is_name(said):
                return said.strip()
    return None


def _without_payer(lines: list[str]) -> list[str]:
    """The lines that are not of who paid, where it is said who was: a company that pays has a CNPJ too."""
    if not any(map(_PAYEE.match, lines)):
        return lines
    kept: list[str] = []
    payer = False
    for line in lines:
        payer = not _PAYEE.match(line) and (payer or bool(_PAYER.match(line)))
        if not payer:
            kept.append(line)
    return kept


def _is_name(words: str) -> bool:
    """Whether it can be one: a number beside the word for the receiver is none, nor is the next word on the sheet."""
    return bool(re.search(r"[^\W\d_]{2}", words)) and not _NO_NAME.match(words)
