"""Short answers to a question of ours: yes, no, the second one, done. Read from the words, by what was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.folding import fold
from nlu.shortcuts import mentions_person
from nlu.shortcuts import wants_person as wants_only_person

_YES = """s ss sim simm sin claro quero qro pode podi isso isto ok okay okey certo correto beleza blz fechou bora vamos
confirmo confirma confirmado aceito aceita positivo manda uhum aham exato perfeito combinado concordo yes
topo"""
_NO = "n nn nao naum nops negativo nunca jamais nem dispenso recuso cancela no deixa"
_FILLERS = """pode por favor pf pfv pfvr sim entao ai ae eu isso mesmo ja agora la o a um uma moco moca amigo
gentileza e com certeza hoje enquanto precisa que obrigado
obrigada obg vlw valeu tudo bem ta tah eh ser fazer quero meu minha"""
YES, NO, FILLERS = (frozenset(words.split()) for words in (_YES, _NO, _FILLERS))
# Agreeing to try something is not a report of how it went.
_ACKNOWLEDGED = """ok okay okey certo beleza blz vou fazer tentar testar ver desligar ja agora entao ta bom combinado
espera espere aguarda aguarde um so momento minuto minutinho pera perai calma uhum aham fazendo tentando testando estou
to isso aqui obrigado obrigada"""
_WORKS = r"(?:volt(?:ou|aram)|funcion(?:ou|ando|a)|resolv(?:eu|id\w+)|normaliz\w+|deu certo|agora foi|melhorou)"
_NEGATED = re.compile(rf"\b(?:nao|nem|num|n)\s+(?:\w+\s+){{0,2}}?{_WORKS}|{_WORKS}\s+(?:nao|nada)\b(?!\s+\w)")
_AGAIN = re.compile(r"\b(?:continu\w+|mesma coisa|ainda (?:nao|sem|esta|ta)|caiu|caindo|piorou|nao deu|nada mudou)\b")
_WORKED = re.compile(rf"\b{_WORKS}\b")
_STILL = re.compile(r"\b(?:nada|sem (?:internet|net|sinal|conexao)|igual)\b")
_PAID = re.compile(r"(?<!nao )\b(?:paguei|(?:esta|ta|foi) pag[oa]|fiz o (?:pix|pagamento))\b")
# Words that stand in an answer without telling one option from another.
_NOT_TELLING = """que qual esse essa este esta isso para pra pro por favor quero queria seria ser com dos das meu minha
meus minhas nosso nossa aqui ali mesmo mesma rua avenida travessa estrada rodovia endereco casa contrato opcao numero
dia tarde noite boa bom oi ola"""
ACKNOWLEDGED, _COMMON = frozenset(_ACKNOWLEDGED.split()), frozenset(_NOT_TELLING.split())
LONGEST_YES = 9
ORDINALS = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "quint": 5}


def wants_person(text: str) -> bool:
    """Whether the text asks for a human being, whatever else it says."""
    return wants_only_person(text) or mentions_person(text)


def yes_or_no(text: str, repeating: frozenset[str] = frozenset(), about: frozenset[str] = frozenset()) -> bool | None:
    """True for yes, False for no, None when the text is neither or more than that.

    Whoever says what was offered agrees to it: `repeating` are those words. `about` are words that may stand beside.
    """
    yes, fillers = YES | repeating, FILLERS | repeating | about
    words = re.findall(r"[a-z]+", fold(text))
    if not words or len(words) > LONGEST_YES:
        return None
    if words[0] in NO or "nao" in words:
        return False if all(word in NO | fillers | yes for word in words) else None
    if any(word in yes for word in words) and all(word in yes | fillers for word in words):
        return True
    return None


def chosen(text: str, reply_id: str, options: Sequence[Sequence[str]]) -> str | None:
    """The id of the option (id, title) that is meant: by tap, number, ordinal or words of its title; else None."""
    ids = [option[0] for option in options]
    if reply_id in ids:
        return reply_id
    folded = fold(text)
    number = re.fullmatch(r"(?:opcao |numero |a |o )?(\d{1,2})[ªºao.)]?", folded)
    if number and 1 <= int(number[1]) <= len(ids):
        return ids[int(number[1]) - 1]
    for stem, place in ORDINALS.items():
        if re.fullmatch(rf"(?:a |o |na |no )?{stem}[ao](?: opcao)?", folded) and place <= len(ids):
            return ids[place - 1]
    titles = [(option[0], fold(option[1])) for option in options]
    same = [name for name, title in titles if title == folded]
    if same:
        return same[0]
    words = _telling(folded)
    matching = [name for name, title in titles if words and words <= _telling(title)]
    return matching[0] if len(matching) == 1 else None


def _telling(folded: str) -> frozenset[str]:
    """The words that can tell one option from another."""
    return frozenset(word for word in re.findall(r"[a-z0-9]{3,}", folded) if word not in _COMMON)


def worked(text: str) -> bool | None:
    """After a step to try: True when it works again, False when it does not, None when the text does not tell."""
    told = reported(text)
    return yes_or_no(text) if told is None else told


def reported(text: str) -> bool | None:
    """Whether the connection works, where the words themselves report it; a bare yes or no does not."""
    folded = fold(text)
    if _NEGATED.search(folded) or _AGAIN.search(folded):
        return False
    if _WORKED.search(folded):
        return True
    return False if _STILL.search(folded) else None


def says_paid(text: str) -> bool:
    """Whether the text claims that the bill was paid."""
    return bool(_PAID.search(fold(text)))


def acknowledged(text: str) -> bool:
    """Whether the text only says that somebody is at it ("ok, vou fazer")."""
    words = re.findall(r"[a-z]+", fold(text))
    return bool(words) and all(word in ACKNOWLEDGED for word in words)
