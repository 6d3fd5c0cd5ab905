"""Short answers to a question of ours: yes, no, the second one, done. Read from the words, by what was offered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlu.entities import entities
from nlu.folding import fold, without_accents
from nlu.shortcuts import mentions_person
from nlu.shortcuts import wants_person as wants_only_person

_YES = """s ss sim simm sin claro quero qro pode podi isso isto ok okay okey certo correto beleza blz fechou bora vamos
confirmo confirma confirmado aceito aceita positivo manda uhum aham exato perfeito combinado concordo yes
topo simbora"""
_NO = "n nn nao naum nops negativo nunca jamais nem dispenso recuso cancela no deixa esquece"
_FILLERS = """pode por favor pf pfv pfvr sim entao ai ae eu isso mesmo ja agora la o a um uma moco moca amigo
gentileza e com certeza hoje enquanto precisa que obrigado ah
ne me faz ajuda obrigada obg vlw valeu tudo bem bom logo ta tah eh ser fazer quero meu minha"""
YES, NO, FILLERS = (frozenset(words.split()) for words in (_YES, _NO, _FILLERS))
# Agreeing to try something is not a report of how it went.
_ACKNOWLEDGED = """desliguei liguei reiniciei tirei
ok okay okey certo beleza blz vou fazer tentar testar ver desligar ja agora entao ta bom combinado
espera espere aguarda aguarde um so momento minuto minutinho pera perai calma uhum aham fazendo tentando testando estou
to isso aqui obrigado obrigada"""
_WORKS = r"(?:volt(?:ou|aram)|funcion(?:ou|ando|a)|resolv(?:eu|id\w+)|normaliz\w+|deu certo|agora foi|melhorou)"
_NEGATED = re.compile(rf"\b(?:nao|nem|num|n)\s+(?:\w+\s+){{0,2}}?{_WORKS}|{_WORKS}\s+(?:nao|nada)\b(?!\s+\w)")
_AGAIN = re.compile(r"\b(?:continu\w+|mesma coisa|ainda (?:nao|sem|esta|ta)|caiu|caindo|piorou|nao deu|nada mudou)\b")
_WORKED = re.compile(rf"\b{_WORKS}\b")
_STILL = re.compile(r"\b(?:nada|sem (?:internet|net|sinal|conexao)|igual)\b")
# A light that only shows a fault, or a line that is bad in another way than before: it does not work yet.
_FAULTY = re.compile(r"\b(?:vermelh\w+|los|lent[ao]s?|lerd[ao]|instavel|oscila\w*|trava(?:ndo)?|apagad[ao]s?)\b")
_NOT_ANY_MORE = re.compile(
    r"\b(?:parou|sumiu|apagou|saiu|(?:nao|n) (?:ta|esta) mais|era|estava|tava)\b|\bsem (?:luz|los)\b"
)
_PROMISE = re.compile(
    r"\b(?:(?:que|e|pois|pq|porque) )?(?:(?:assim que|quando|qdo) (?:eu )?"
    r"(?:receber|cair (?:o|meu) \w+|sair (?:o|meu) \w+) )?"
    r"(?:eu )?(?:so )?(?:te )?(?:vou pagar|vou pagando|pago|pagarei|acerto|quito|faco o (?:pix|pagamento))"
    r"(?: (?:tudo|isso|certinho|ela|ele|(?:o|a) (?:boleto|fatura|conta)|voces|vcs))?"
    r"(?: (?:assim que|quando|qdo) (?:eu )?(?:receber|cair (?:o|meu) \w+|sair (?:o|meu) \w+))?\b"
)
_AMOUNT = re.compile(r"\b(?:quanto(?!s? (?:tempo|dias?))|qual (?:e |eh )?o valor|qual valor)\b")
_TURNING = re.compile(r"[,.;:!\n]+|(?<=^sim)\s+(?=\S)|\s+(?=(?:e|mas|so|apenas|porem|aproveita\w*)\b)", re.MULTILINE)
_ALL = re.compile(
    r"(?:(?:e|quero|queria|manda|pode ser|dos|das|os|as|nos|nas|de|pros|pras|para) )*"
    r"(?:dois|duas|ambos|ambas|todos|todas|tudo)(?: (?:os|as|dois|duas|eles|elas|enderecos|contratos|casas))*"
    r"(?: (?:por favor|pf|pfv|obrigad[oa]))?"
)
_GIVES_UP = re.compile(
    r"(?:(?:ah|ok|ta|tah|bom|entao|nao|n|obrigad[oa]|blz|beleza) )*"
    r"(?:deixa(?: (?:pra|para|p) la| quieto| isso| assim)?|esque(?:ce|ca)(?: isso| tudo)?|desist[io]|desisto"
    r"|(?:nao|n) (?:precisa|preciso|quero)(?: de)? mais(?: nada| nao| disso)?|mais nada)"
    r"(?: (?:obrigad[oa]|obg|valeu|vlw|por enquanto|ja resolvi|entao|nao))*"
)
_CORRECTS = re.compile(
    r"\b(?:quis|queria|quero|tava querendo|estava querendo) dizer\b|\b(?:falei|escrevi|mandei|pedi) errado\b"
    r"|\bme (?:enganei|confundi|expressei mal)\b|\b(?:nao|n) (?:e|eh|era|foi) (?:bem )?isso\b"
)
_PAID = re.compile(r"(?<!nao )\b(?:paguei|(?:esta|ta|foi) pag[oa]|fiz o (?:pix|pagamento))\b")
_LATER = re.compile(r"\b(?:(?:te|eu|ja) aviso|te (?:falo|digo)|dou retorno|(?:sem|falt\w+|acabou a|caiu a) energia)\b")
_MENU = re.compile(r"\b(?:menu|opcoes|lista|inicio)\b")
_UNDERSTOOD = re.compile(r"^\W*entend(?:i|ido)\b")
_PAYMENT = re.compile(r"\b(?:paguei|pag[oa]|pagamento|fiz o pix)\b")
_SIGNAL = re.compile(
    r"\b(?:des)?bloque\w*|\b(?:liber|relig|cort|volt|funcion|conex|conect|suspen|restabelec)\w*"
    r"|\b(?:sinal|internet|net|wi-?fi|luz|sem)\b"
)
# Words that stand in an answer without telling one option from another.
_NOT_TELLING = """que qual esse essa este esta isso para pra pro por favor quero queria seria ser com dos das meu minha
meus minhas nosso nossa aqui ali mesmo mesma errei errado desculpa desculpe enganei quis dizer era
rua avenida travessa estrada rodovia endereco casa contrato opcao numero
dia tarde noite boa bom oi ola"""
ACKNOWLEDGED, _COMMON = frozenset(_ACKNOWLEDGED.split()), frozenset(_NOT_TELLING.split())
LONGEST_YES = 9
ORDINALS = {"primeir": 1, "segund": 2, "terceir": 3, "quart": 4, "quint": 5}
_POINTED = re.compile(
    r"(?:(?:e|eh|seria|quero|queria|manda|pode ser) )?"
    r"(?:opcao |numero |(?:[ao]|[nd][ao])(?: numero| opcao| de| do)? |de )?"
    rf"((?:{'|'.join(ORDINALS)})[ao]|cima|comeco|baixo|ultim[ao]|fim|final|meio|\d{{1,2}})"
    r"[ªºao.)]?(?: opcao| endereco| contrato| da lista)?(?: por favor)?"
)
_WHEN = """ate na no de do da pra para sem falta depois dia noite tarde manha cedo semana que vem mes"""
_TIME = frozenset(_WHEN.split())


def wants_person(text: str) -> bool:
    """Whether the text asks for a human being, whatever else it says."""
    return wants_only_person(text) or mentions_person(text)


def yes_or_no(text: str, repeating: frozenset[str] = frozenset(), about: frozenset[str] = frozenset()) -> bool | None:
    """True for yes, False for no, None when the text is neither or more than that.

    Whoever says what was offered agrees to it: `repeating` are those words. `about` are words that may stand beside.
    """
    yes, fillers = YES | repeating, FILLERS | repeating | about
    words = [_shortened(word, NO | fillers | yes) for word in re.findall(r"[a-z]+", _UNDERSTOOD.sub("", fold(text)))]
    if not words or len(words) > LONGEST_YES:
        return None
    if words[0] in NO or "nao" in words:
        return False if all(word in NO | fillers | yes for word in words) else None
    if any(word in yes for word in words) and all(word in yes | fillers for word in words):
        return True
    return None


def _shortened(word: str, known: frozenset[str]) -> str:
    """A known word without the letters that were drawn out ("siiim", "claroo"); any other word as it is."""
    forms = (word, re.sub(r"(.)\1{2,}", r"\1", word), re.sub(r"(.)\1+", r"\1", word))
    return next((form for form in forms if form in known), word)


def agrees(text: str, repeating: frozenset[str], about: frozenset[str]) -> bool | None:
    """As yes_or_no, for an offer against a promise: whoever says when the bill will be paid agrees to it."""
    said = yes_or_no(text, repeating, about)
    if said is not None or "?" in text or re.search(r"\bja pago\b", fold(text)):
        return said
    left, promised = _without_promise(text)
    words = frozenset(re.findall(r"[a-z]+", left))
    if promised and words <= FILLERS | about | repeating | _TIME:
        return True
    return yes_or_no(left, repeating, about | _TIME) if words else None


def _without_promise(text: str) -> tuple[str, bool]:
    """The folded text without days and the promise to pay, and whether there was a promise."""
    for entity in reversed(entities(text)):
        if entity.kind == "date":
            text = f"{text[: entity.start]} {text[entity.end :]}"
    left, promises = _PROMISE.subn(" ", fold(text))
    return left, promises > 0


def beginnings(text: str) -> tuple[str, ...]:
    """What a text begins with, up to each place where it may turn to something else, the shortest first."""
    folded = without_accents(text).lower().strip()
    parts = (folded[: turning.start()].strip(" ,.;:!") for turning in _TURNING.finditer(folded))
    return tuple(dict.fromkeys(part for part in parts if part and part != folded))


def gives_up(text: str) -> bool:
    """Whether the text only takes back what was asked for ("deixa pra lá", "não precisa mais")."""
    return bool(_GIVES_UP.fullmatch(" ".join(re.findall(r"[a-z]+", fold(text)))))


def corrects(text: str) -> bool:
    """Whether the text says that something else was meant than what was understood ("não, eu quis dizer ...")."""
    return bool(_CORRECTS.search(fold(text)))


def wants_all(text: str) -> bool:
    """Whether all that was offered is meant ("os dois")."""
    return bool(_ALL.fullmatch(" ".join(re.findall(r"[a-z]+", fold(text)))))


def asks_amount(text: str) -> bool:
    """Whether the text asks how much it is."""
    return bool(_AMOUNT.search(fold(text)))


def chosen(text: str, reply_id: str, options: Sequence[Sequence[str]]) -> str | None:
    """The id of the option (id, title) that is meant: by tap, number, ordinal or words of its title; else None."""
    ids = [option[0] for option in options]
    if reply_id in ids:
        return reply_id
    folded = fold(text)
    place = _place(folded, len(ids))
    if place is not None:
        return ids[place]
    titles = [(option[0], fold(option[1])) for option in options]
    same = [name for name, title in titles if title == folded]
    if same:
        return same[0]
    words = _telling(folded)
    matching = [name for name, title in titles if words and words <= _telling(title)]
    return matching[0] if len(matching) == 1 else None


def _place(folded: str, count: int) -> int | None:
    """The place in a list of `count` that is named ("2", "o segundo", "o de baixo"), from 0; None when none is."""
    named = _POINTED.fullmatch(folded.strip(" .!,"))
    if named is None or not count:
        return None
    word = named[1]
    if word.isdigit():
        return int(word) - 1 if 1 <= int(word) <= count else None
    if word == "meio":
        return 1 if count == 3 else None
    if word in {"cima", "comeco"}:
        return 0
    if word in {"baixo", "ultimo", "ultima", "fim", "final"}:
        return count - 1
    place = ORDINALS[word[:-1]]
    return place - 1 if place <= count else None


def _telling(folded: str) -> frozenset[str]:
    """The words that can tell one option from another."""
    return frozenset(word for word in re.findall(r"[a-z0-9]{3,}", folded) if word not in _COMMON)


def worked(text: str) -> bool | None:
    """After a step to try: True when it works again, False when it does not, None when the text does not tell."""
    folded = fold(text)
    if _FAULTY.search(folded) and not _NOT_ANY_MORE.search(folded):
        return False
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


def asks_menu(text: str) -> bool:
    """Whether the text names the menu; who does not understand a question wants that question explained."""
    return bool(_MENU.search(fold(text)))


def only_of_payment(text: str) -> bool:
    """Whether the text speaks of a payment and not of the signal at all ("paguei ontem, já caiu?")."""
    folded = fold(text)
    return bool(_PAYMENT.search(folded)) and not _SIGNAL.search(folded)


def acknowledged(text: str) -> bool:
    """Whether the text only says that somebody is at it ("ok, vou fazer"), or will tell once there is power again."""
    folded = fold(text)
    if _LATER.search(folded):
        return True
    words = re.findall(r"[a-z]+", folded)
    return bool(words) and all(word in ACKNOWLEDGED for word in words)
