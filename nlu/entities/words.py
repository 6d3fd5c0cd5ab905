"""Folded words of a text with their places, and where a name made of words ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.folding import without_accents

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")


@dataclass(frozen=True)
class Token:
    """A word, a number or one sign of a folded text, with its offsets."""

    text: str
    start: int
    end: int


def same_length_folded(text: str) -> str:
    """Folded one character at a time, so that positions still belong to the original text."""
    if text.isascii():
        return text.lower()
    return "".join(folded if len(folded := without_accents(c).lower()) == 1 else c for c in text)


def tokens(folded: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The words, numbers and signs of a folded text between two offsets, in order; blanks are left out."""
    stop = len(folded) if end is None else end
    return [Token(match.group(), *match.span()) for match in _TOKEN.finditer(folded, start, stop)]


CONNECTIVES = frozenset({"de", "do", "da", "dos", "das", "e"})
"""Small words inside a name ("Alto da Colina"), never its end."""

# After these a sentence goes on and a name has ended: "na rua Bela Vista está sem internet".
_OF_SENTENCES = """
a ao aos as o os um uma uns umas em no na nos nas num numa por pelo pela pra pro para com c sem ate desde sob sobre
ta to esta estou estao tava estava fica ficou e eh foi era sou sao tem tenho teve tinha ha vai vou vao veio
quero queria qro preciso gostaria pode podem poderia posso consigo consegue dao deu faz fazem fez
caiu cai caindo voltou volta parou para funciona funcionando chega chegou atende atendem passa passou mora moro
mudei mudar instalar instala instalacao instalaram ligar liga manda mande mandar envia
meu minha meus minhas seu sua nosso nossa esse essa este esta isso aquele aquela ele ela eles elas voces vcs vc voce
que q quem qual quando quanto onde como porque pq se mas ou nem nao n ja so mais menos muito mto tudo todo toda
todos todas inteiro inteira mesmo mesma tambem tb tbm ai aqui la ali agora hoje hj ontem amanha sempre nunca
oi ola dia obrigado obrigada favor pfv internet net wifi sinal fibra cabo fio poste boleto fatura conta plano rua
reclama reclamam usa usam some oscila vive cortaram esqueceram abandonado precisa
megas mega tecnico atendente casa bairro numero numeros cep cidade perto proximo proxima lado frente atras
entre esquina aonde vizinho vizinhos vizinha desde depois antes ne viu gente moca moco avenida travessa estrada km
"""
NOT_IN_NAMES = frozenset(_OF_SENTENCES.split())


def name_end(found: list[Token], at: int, limit: int) -> int:
    """The index after the name that begins at `at`: at most `limit` words, no trailing connective; `at` for none."""
    end = at
    words = 0
    while at < len(found) and words < limit:
        word = found[at].text
        if word in CONNECTIVES:
            if words == 0 and word == "e":
                break
            at += 1
            continue
        if not word.isalpha() or word in NOT_IN_NAMES:
            break
        at += 1
        words += 1
        end = at
    return end
