"""Takes personal data and secrets out of a line before it is logged or shown in an error."""

from __future__ import annotations

import re

from core import phone
from core.document import parse_document

_SECRET_HINT = re.compile(r"bearer|basic|token|secret|password|senha|api[_-]?key|signature|\bEAA", re.IGNORECASE)
_SECRETS = (
    (re.compile(r"\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE), r"\1\2***"),
    (re.compile(r"\bEAA[A-Za-z0-9]{10,}"), "***"),
    (
        re.compile(
            r"((?:[a-z]+[_-])?(?:token|secret|password|senha|api[_-]?key|signature)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+",
            re.IGNORECASE,
        ),
        r"\1***",
    ),
)

# What the patterns below need, so that the usual line costs a few quick searches.
_ENDS_IN_DIGITS = re.compile(r"[0-9]{2}(?![0-9A-Za-z])")
_MANY_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,4}[0-9]){7}")

_EMAIL = re.compile(r"(?<![\w.+\-])([\w.+\-])[\w.+\-]*@(?=[\w\-]+\.[\w\-])")
_DASH = r"[\-\u2010-\u2015]"
# People glue the number to its caption: "cpf52998224725", "whats12981110001".
_CAPTIONS = ("cpf", "tel", "fone", "cel", "celular", "whats", "whatsapp", "zap", "wpp")
# The look ahead comes first: most places in a line are ruled out by it, at once.
_ALONE_BEFORE = "(?=[0-9(+])(?:(?<![0-9A-Za-z])" + "".join(f"|(?<={caption})" for caption in _CAPTIONS) + ")"
_CNPJ_BEFORE = r"(?:(?<![0-9A-Za-z])|(?<=cnpj))"
_ALONE_AFTER = r"(?![0-9A-Za-z])"
_GAP = r"[\s.,/_\-\u2010-\u2015\u2212]{0,3}"
_PRINTED_CPF = re.compile(rf"(?<![0-9])[0-9]{{3}}\.([0-9]{{3}})\.([0-9]{{3}})\s?{_DASH}\s?[0-9]{{2}}(?![0-9])")
_PRINTED_CNPJ = re.compile(
    rf"{_CNPJ_BEFORE}[0-9A-Z]{{2}}\.([0-9A-Z]{{3}})\.([0-9A-Z]{{3}})/([0-9A-Z]{{4}})\s?{_DASH}\s?[0-9]{{2}}(?![0-9])",
    re.IGNORECASE,
)
_COMPACT_CNPJ = re.compile(rf"{_CNPJ_BEFORE}[0-9A-Z]{{12}}[0-9]{{2}}{_ALONE_AFTER}", re.IGNORECASE)
# However it is divided and whatever letters it touches: the check digits tell.
_ANY_CPF = re.compile(rf"(?<![0-9])[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}(?![0-9])")
_ANY_CNPJ = re.compile(
    rf"(?<![0-9])[0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{2}}(?![0-9])"
)
_PRINTED_PHONE = re.compile(
    rf"(?:(?<!\+){_ALONE_BEFORE})(?:\+?55[\s\-]?)?\(?0?[1-9][0-9]\)?[\s\-]?(?:9[\s.\-]?[0-9]|[2-9])[0-9]{{3}}"
    rf"[\s.\-\u2010-\u2015][0-9]{{4}}(?![0-9])"
)
_LOCAL_PHONE = re.compile(
    rf"(?=9)(?<![0-9A-Za-z.,/\-])9[0-9]{{4}}{_DASH}[0-9]{{4}}(?![0-9\-])"
    r"|(?=[:.\s9])(?:(?<=tel)|(?<=fone)|(?<=cel)|(?<=celular)|(?<=whats)|(?<=whatsapp)|(?<=zap)|(?<=wpp))[:.]?\s?9[0-9]{8}(?![0-9])",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"\+[0-9]{8,15}(?![0-9])")
_DIGITS = re.compile(rf"{_ALONE_BEFORE}[0-9]{{10,13}}(?![0-9])", re.IGNORECASE)
_SPACED_CPF = re.compile(
    rf"{_ALONE_BEFORE}[0-9]{{3}}[ .][0-9]{{3}}[ .][0-9]{{3}}[ .\-][0-9]{{2}}{_ALONE_AFTER}", re.IGNORECASE
)


def mask_personal_data(text: str) -> str:
    """`text` with CPF, CNPJ, phone numbers, e-mail addresses, bearer tokens and other secrets replaced by stars.

    Fast for the usual line, and may be applied twice. It prefers to hide too much: any eleven digits on their own
    are hidden, since a mistyped CPF is personal too. Longer numbers (protocols, timestamps, platform ids) stay.
    """
    if _SECRET_HINT.search(text):
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
    if "@" in text:
        text = _EMAIL.sub(r"\1***@", text)
    if _ENDS_IN_DIGITS.search(text):
        text = _PRINTED_CNPJ.sub(r"**.\1.\2/\3-**", text)
        text = _COMPACT_CNPJ.sub(_hide_document, text)
    if not _MANY_DIGITS.search(text):
        return text
    text = _PRINTED_CPF.sub(r"***.\1.\2-**", text)
    text = _ANY_CPF.sub(_hide_document, text)
    text = _ANY_CNPJ.sub(_hide_document, text)
    text = _SPACED_CPF.sub(lambda found: f"***.{found[0][4:7]}.{found[0][8:11]}-**", text)
    text = _INTERNATIONAL.sub(lambda found: phone.mask_phone(found[0]), text)
    text = _DIGITS.sub(_hide_digits, text)
    text = _PRINTED_PHONE.sub(lambda found: f"*****-{found[0][-4:]}", text)
    return _LOCAL_PHONE.sub(lambda found: f"*****-{found[0][-4:]}", text)


def _hide_document(found: re.Match[str]) -> str:
    document = parse_document(found[0])
    return document.masked if document else found[0]


def _hide_digits(found: re.Match[str]) -> str:
    digits = found[0]
    document = parse_document(digits)
    if document:
        return document.masked
    if phone.kind(digits) in ("mobile", "landline"):
        return phone.mask_phone(digits)
    return f"*******{digits[-4:]}" if len(digits) == 11 else digits
