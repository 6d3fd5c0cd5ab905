"""Takes people's data out of what customers wrote: masked for the eye, or replaced so that it can be learnt from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from core.document import parse_document
from core.masking import mask_personal_data
from core.phone import mask_phone
from nlu.entities import entities
from nlu.folding import fold

# Kinds of entities that tell nothing about who wrote.
_NOBODYS = frozenset({"amount", "date", "led"})
PLAIN_NAME = "Fulano"
PLAIN_EMAIL = "fulano@example.com"
PLAIN_STREET = "rua tal"
# A sentence that goes on without a comma must not be taken for a surname.
MOST_NAMES = 6

_WORD = re.compile(r"[\s]*([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_IS = r"(?:\s+(?:é|eh|e|era|está|ta)\b)?\s*[:=-]?"
_CAPTION = re.compile(
    rf"""\b(?:(?:o\s+)?meu\s+nome(?:\s+completo)?{_IS}
    |(?:eu\s+)?me\s+chamo\b|chamo-me\b|pode\s+me\s+chamar\s+de\b
    |nome(?:\s+(?:completo|d[oa]\s+(?:titular|cliente|assinante|m[ãa]e|pai)))?\s*(?:[:=]|\s(?:é|eh)\b)
    |titular(?:\s+(?:é|eh)\b|\s*[:=])(?:\s*[oa]\b)?
    |(?:est[aá]|t[aá]|fica|cadastro|contrato|conta|fatura|boleto|plano)?\s*(?:em|no)\s+nome\s+d(?:e|[oa]s?)\b
    |(?:att|atte|atenciosamente|ass(?:inado)?|abraços?|grat[oa])\s*[.,:]
    |(?:sou|aqui\s+(?:é|eh|quem\s+fala\s+(?:é|eh))|quem\s+(?:fala|escreve)\s+(?:é|eh)|fala\s+aqui)\s+[oa]\b)""",
    re.VERBOSE | re.IGNORECASE,
)
# Before these a capital letter is what tells a name from "seu boleto" or "minha mãe pagou".
_KIN = re.compile(
    r"\b(?:sr|sra|srta|seu|dona|dr|dra|m[ãa]e|pai|esposa|esposo|marido|mulher|filh[oa]|irm[ãa]o?|av[óôo]|ti[oa]|sogr[oa]"
    r"|vizinh[oa]|t[ée]cnico|atendente|vendedora?|sou|aqui\s+é)\b\.?(?=\s+(?-i:[A-ZÀ-Ý][a-zà-ÿ]))",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:rua|r\.|avenida|av\.?|travessa|alameda|rodovia|estrada|pra[çc]a|viela|servid[ãa]o|quadra|condom[íi]nio"
    r"|residencial)\s+(?:(?!\b(?:n[ãa]o|sem|est[áa]|ta|tá|toda|inteira|caiu|e|que|com|apto|ap|bloco)\b)[^\W\d_][\w.'’-]*\s*){1,5}"
    r"(?:,?\s*(?:n[uú]mero|nº|n°|n\.?)?\s*\d{1,5}\b)?",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\bsenha\b(?:\s+[^\W\d_]+){0,3}?\s*(?:[:=]\s*(?P<said>\S+)|\s(?:é|eh)\s+(?P<is>(?=\S*\d)\S+))", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().\-/]{0,2}\d){5,}(?!\w)|\b(?=\w*\d{4})[0-9A-Za-z]{8,}\b")
_BORN = re.compile(r"(?<![\d/.-])\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?![\d/-])")
_PARTICLES = frozenset({"da", "de", "do", "das", "dos", "d"})
# Where a name ends although no comma stands there.
_END_OF_NAME = """
a agora ai algum ao aqui as assinante atendente bem boa boleto bom bot cade caiu cartao celular cep certo chegou
cliente cnpj com comercial como conta contrato cpf data dela dele depois desde desse deu dia dona dono e ela ele em
endereco entao esposa esposo essa esse esta estou eu ex fatura favor fibra filha filho fiz foi gente gostaria hoje
inquilina inquilino internet irma irmao ja lenta lento mae mais marido mas me mesma mesmo meu meus minha minhas moca
moco morador moradora moro mulher na nada nao net no nome nova novo numero o oi ola onde ontem os ou paguei pai para
pela pelo pessoa plano por porque pra preciso primeira primeiro proprietaria proprietario qual quando quanto que quem
queria quero resolvi responsavel rg robo sao se segunda segundo sem sempre senha ser sinal so sobre sou soube ta
tambem tel telefone tenho terceira terceiro tinha titular to todos tudo um uma unica unico vi via vizinha vizinho
voces wifi zap
"""
_NO_NAME = frozenset(_END_OF_NAME.split())
# Words that also stand in names of firms and profiles, and that a request cannot do without.
_NEEDED = frozenset(
    {"internet", "net", "fibra", "casa", "loja", "telecom", "wifi", "plano", "conta", "boleto", "sinal"}
)


@dataclass(frozen=True)
class _Span:
    kind: str
    start: int
    end: int


def masked(text: str, names: Collection[str] = ()) -> str:
    """`text` for somebody to read who need not know who wrote it: numbers in part, names and addresses as stars.

    `names` are those of the person, as the customer base and WhatsApp know them: they are hidden wherever they stand.
    """
    return mask_personal_data(_replaced(text, _spans(text, names), _mask))


def anonymous(text: str, names: Collection[str] = ()) -> str:
    """`text` as a training example: the same kinds of words and numbers, nobody's own. `names` as above.

    Digits of documents, phones, protocols and other long numbers become zeros in the same form, names become Fulano.
    """
    return _replaced(text, _spans(text, names), _plain)


def tells_who(text: str) -> bool:
    """Whether a valid document or phone stands in `text`: what must not leave the house."""
    return any(entity.kind in {"cpf", "cnpj", "phone"} for entity in entities(text))


def _replaced(text: str, spans: list[_Span], replace: Callable[[str, str], str]) -> str:
    for span in reversed(spans):
        text = text[: span.start] + replace(span.kind, text[span.start : span.end]) + text[span.end :]
    return text


def _spans(text: str, names: Collection[str]) -> list[_Span]:
    found: list[_Span] = []
    for span in _candidates(text, names):
        if all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    return sorted(found, key=lambda span: span.start)


def _candidates(text: str, names: Collection[str]) -> Iterator[_Span]:
    for entity in entities(text):
        if entity.kind not in _NOBODYS:
            yield _Span(entity.kind, entity.start, entity.end)
    for match in _SECRET.finditer(text):
        yield _Span("secret", *match.span("said" if match["said"] else "is"))
    for pattern, kind in ((_BORN, "number"), (_STREET, "street"), (_NUMBER, "number")):
        for match in pattern.finditer(text):
            yield _Span(kind, match.start(), match.start() + len(match.group().rstrip()))
    for pattern in (_CAPTION, _KIN):
        for match in pattern.finditer(text):
            yield from _name_from(text, match.end())
    known = {fold(part) for name in names for part in _WORD.findall(name)}
    known = {part for part in known if len(part) > 2} - _PARTICLES - _NEEDED
    for match in _WORD.finditer(text):
        if fold(match[1]) in known:
            yield _Span("name", *match.span(1))


def _name_from(text: str, at: int) -> Iterator[_Span]:
    """The name that begins at `at`, if one does: words of one style of writing, with particles between them."""
    start, end, capital = -1, -1, False
    for _ in range(MOST_NAMES):
        match = _WORD.match(text, at)
        if match is None or "\n" in match.group().rstrip():
            break
        word, folded = match[1], fold(match[1])
        at = match.end()
        if start >= 0 and folded in _PARTICLES:
            continue
        if folded in _NO_NAME or (capital and not word[0].isupper()):
            break
        if start < 0:
            start, capital = match.start(1), word[0].isupper()
        end = at
    if start >= 0:
        yield _Span("name", start, end)


def _mask(kind: str, found: str) -> str:
    if kind in {"cpf", "cnpj"}:
        document = parse_document(found)
        return document.masked if document else "***"
    if kind == "phone":
        return mask_phone(found)
    return "***@***" if kind == "email" else "***"


def _plain(kind: str, found: str) -> str:
    if kind == "name":
        return PLAIN_NAME
    if kind == "email":
        return PLAIN_EMAIL
    if kind == "street":
        return PLAIN_STREET
    # The same form: the model reads numbers by their form alone. Letters of a CNPJ count as digits.
    letters = kind in {"cnpj", "number", "secret"}
    return "".join("0" if char.isdigit() or (letters and char.isalpha()) else char for char in found)
