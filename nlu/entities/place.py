"""Where somebody lives: street with number and complement, and district."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entities.words import CONNECTIVES, Token, name_end, tokens
from nlu.understanding import Entity

_KINDS = {
    "rua": "rua", "r.": "rua", "avenida": "avenida", "av.": "avenida", "av": "avenida", "travessa": "travessa",
    "tv.": "travessa", "trav.": "travessa", "alameda": "alameda", "al.": "alameda", "praca": "praca", "pca.": "praca",
    "estrada": "estrada", "estr.": "estrada", "rodovia": "rodovia", "rod.": "rodovia", "viela": "viela",
    "beco": "beco", "ladeira": "ladeira", "servidao": "servidao", "sitio": "sitio", "chacara": "chacara",
    "fazenda": "fazenda",
}  # fmt: skip
_KIND = re.compile(r"\b(?:(?:r|al|tv|trav|pca|estr|rod|av)\.|" + "|".join(k for k in _KINDS if "." not in k) + r"\b)")
# A kind cut to its first letters is only believed with a number behind its name.
_NEEDS_NUMBER = frozenset({"r.", "al.", "tv."})
_CUE = re.compile(
    r"\b(?:moro|mora|moramos|fica|mudar|mudei|mudando|mudo|vou|instalar?|instalem|endereco|reside|resido|novo|e)"
    r"(?:\s+(?:e|eh|agora|aqui|la|novo|fica|pra|para|na|no|em|nesta|nessa)|:){0,3}\s*$"
)
_MAX_NAME = 6
# How far back a cue may stand: far enough for "meu novo endereço agora fica na".
_LOOK_BACK = 40
_AHEAD = 160
_NUMBER = re.compile(
    r"\s?(?:,|-)?\s?(?:(?:numero|nro?|num|n)\.?[o°º]?\s?)?(?:(?P<number>\d{1,5}[a-z]?)(?![\w/-]|[.,:]\d)|(?P<none>s/n)\b"
    r"|km\s?(?P<km>\d{1,4}))"
)
_COMPLEMENT = re.compile(
    r"\s?(?:,|-)?\s?(?P<what>apartamento|apto?|ap|bloco|bl|casa|cs|lote|lt|quadra|qd|sala|torre|andar|fundos|km)\b\.?\s?"
    r"(?P<which>\d{1,5}[a-z]?\b|[a-z]\b(?!\s+\w))?"
)
_COMPLEMENTS = {"apartamento": "apto", "apt": "apto", "ap": "apto", "bl": "bloco", "cs": "casa", "lt": "lote"}

_DISTRICT_WORD = re.compile(r"\b(?:bairros?|bairo|loteamento|residencial|conjunto|cohab|povoado|comunidade)\b:?")
_DISTRICT_KIND = {"jd": "jardim", "vl": "vila", "pq": "parque", "cj": "conjunto", "res": "residencial"}
_AFTER_PREPOSITION = re.compile(
    r"\b(?:n[oa]|d[oa]|em|pr[oa])\s+(?P<kind>jardim|jd|vila|vl|parque|pq|alto|recanto|morada|cj|conjunto|residencial)\b\.?"
)
_LIVES_IN = re.compile(
    r"\b(?:aqui|moro|mora|moramos|sou|fica|estou|to|cobertura|atendem|atende|chega|regiao|endereco)"
    r"(?:\s+(?:aqui|tambem|mais|perto))?\s+(?:n[oa]|d[oa]|pr[oa])\s+"
)
_MAX_DISTRICT = 4


def streets(text: str, folded: str) -> Iterator[Entity]:
    """The streets in `text` (`folded` has its length) that have a number, a capital or a cue such as "moro na"."""
    for match in _KIND.finditer(folded):
        kind = match.group()
        found = tokens(folded, match.end(), match.end() + _AHEAD)
        last = _street_name_end(found)
        if last == 0:
            continue
        name, end = " ".join(token.text for token in found[:last] if token.text != "."), found[last - 1].end
        number, end = _number(folded, end)
        if not (number or (kind not in _NEEDS_NUMBER and _is_named(text, folded, match.start(), found[0]))):
            continue
        complements, end = _complements(folded, end)
        yield Entity("street", ", ".join([f"{_KINDS[kind]} {name}", *number, *complements]), match.start(), end)


def districts(text: str, folded: str) -> Iterator[Entity]:
    """The districts in `text` that stand after a caption ("bairro"), or after where somebody is ("aqui no centro")."""
    for match in _DISTRICT_WORD.finditer(folded):
        found = tokens(folded, match.end(), match.end() + _AHEAD)
        end = name_end(found, 0, _MAX_DISTRICT)
        if end:
            kind = "" if match.group().startswith(("bair", "pov", "com")) else match.group().rstrip(":")
            yield _district(kind, found[:end], match.start() if kind else found[0].start)
    for match in _AFTER_PREPOSITION.finditer(folded):
        found = tokens(folded, match.end(), match.end() + _AHEAD)
        end = name_end(found, 0, _MAX_DISTRICT)
        if end:
            kind = match["kind"]
            yield _district(_DISTRICT_KIND.get(kind, kind), found[:end], match.start("kind"))
    for match in _LIVES_IN.finditer(folded):
        found = tokens(folded, match.end(), match.end() + _AHEAD)
        if found and found[0].text == "centro":
            yield _district("", found[:1], found[0].start)
            continue
        end = name_end(found, 0, _MAX_DISTRICT)
        capital = 0 if text.isupper() else _capital_end(text, found[:end])
        if capital:
            yield _district("", found[:capital], found[0].start)


def _district(kind: str, name: list[Token], start: int) -> Entity:
    words = [token.text for token in name]
    # "bairro do Limão" is Limão, but "jardim das Flores" is all of it.
    words = [kind, *words] if kind else words[1:] if words[0] in CONNECTIVES else words
    return Entity("district", " ".join(words), start, name[-1].end)


def _capital_end(text: str, name: list[Token]) -> int:
    """How many of the words, from the first on, are written as a name is: capitals, small words between them."""
    end = 0
    for index, token in enumerate(name):
        if text[token.start].isupper():
            end = index + 1
        elif index == 0 or token.text not in {"de", "do", "da", "dos", "das"}:
            break
    return end


def _street_name_end(found: list[Token]) -> int:
    """The index after the street's name, which may be a number ("rua 7") or begin with one ("15 de novembro")."""
    if not found:
        return 0
    if found[0].text.isdigit() and len(found[0].text) <= 4:
        if len(found) > 2 and found[1].text == "de":
            return max(1, name_end(found, 2, _MAX_NAME))
        return 1
    end = name_end(found, 0, _MAX_NAME)
    # A title cut short: "rua dr. Paulo".
    if 0 < end < len(found) - 1 and found[end].text == "." and len(found[end - 1].text) <= 4:
        return max(end, name_end(found, end + 1, _MAX_NAME - end))
    return end


def _is_named(text: str, folded: str, start: int, first: Token) -> bool:
    if text[first.start].isupper() and not text.isupper():
        return True
    return bool(_CUE.search(folded[max(0, start - _LOOK_BACK) : start]))


def _number(folded: str, at: int) -> tuple[list[str], int]:
    match = _NUMBER.match(folded, at)
    if match is None:
        return [], at
    if match["km"]:
        return [f"km {match['km']}"], match.end()
    return [match["number"] or match["none"]], match.end()


def _complements(folded: str, at: int) -> tuple[list[str], int]:
    found: list[str] = []
    while len(found) < 4 and (match := _COMPLEMENT.match(folded, at)):
        if match["which"]:
            found.append(f"{_COMPLEMENTS.get(match['what'], match['what'])} {match['which']}")
        elif match["what"] == "fundos":
            found.append("fundos")
        else:
            break
        at = match.end()
    return found, at
