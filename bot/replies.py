"""Short answers to a question of ours: yes, no, the second one, done. Read from the words, by what was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.folding import fold
from nlu.shortcuts import mentions_person
from nlu.shortcuts import wants_person as wants_only_person

_YES = """s ss sim simm sin claro quero qro pode podi isso isto ok okay okey certo correto beleza blz fechou bora vamos
confirmo confirma confirmado aceito aceita positivo manda libera liberar uhum aham exato perfeito combinado concordo yes
topo"""
_NO = "n nn nao naum nops negativo nunca jamais nem dispenso recuso cancela no deixa"
_FILLERS = """pode por favor pf pfv pfvr sim entao ai ae eu isso mesmo ja agora la o a um uma moco moca amigo
gentileza e com certeza obrigado obrigada obg vlw valeu tudo bem ta tah eh ser fazer liberar libera quero sinal minha
internet net"""
YES, NO, FILLERS = (frozenset(words.split()) for words in (_YES, _NO, _FILLERS))
WORKED = (
    "voltou",
    "funcionou",
    "resolveu",
    "resolvido",
    "normalizou",
    "deu certo",
    "ta funcionando",
    "voltou sim",
    "agora foi",
)
STILL = (
    "continua",
    "nao voltou",
    "nada",
    "mesma coisa",
    "ainda nao",
    "nao funcionou",
    "nao deu",
    "nao resolveu",
    "sem internet",
)
ORDINALS = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "quint": 5}


def wants_person(text: str) -> bool:
    """Whether the text asks for a human being, whatever else it says."""
    return wants_only_person(text) or mentions_person(text)


def yes_or_no(text: str) -> bool | None:
    """True for yes, False for no, None when the text is neither or more than that."""
    words = re.findall(r"[a-z]+", fold(text))
    if not words or len(words) > 6:
        return None
    if words[0] in NO or "nao" in words:
        return False if all(word in NO | FILLERS | YES for word in words) else None
    if any(word in YES for word in words) and all(word in YES | FILLERS for word in words):
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
    words = {word for word in re.findall(r"[a-z0-9]+", folded) if len(word) > 2}
    matching = [name for name, title in titles if words and words & set(re.findall(r"[a-z0-9]{3,}", title))]
    return matching[0] if len(matching) == 1 and len(words) <= 5 else None


def worked(text: str) -> bool | None:
    """After a step to try: True when it works again, False when it does not, None when the text does not tell."""
    folded = fold(text)
    if any(phrase in folded for phrase in STILL):
        return False
    if any(phrase in folded for phrase in WORKED):
        return True
    return yes_or_no(text)
