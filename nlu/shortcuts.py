"""What is understood without the model: empty texts, emoji, bare data, commands, and the plain wish for a person."""

from __future__ import annotations

import re

from nlu.entities import entities
from nlu.folding import fold
from nlu.guards import MAX_CHARACTERS, SURE, verdict
from nlu.understanding import Band, Entity, Understanding

_ATTENDANT = r"ate[nm]d\w{0,2}[nm]?t[ei]s?"
_PERSON = (
    rf"(?:{_ATTENDANT}|humanos?|pessoas?|gente|alguem|ser\s+humano|operador(?:a|es)?|consultor(?:a|es)?"
    r"|funcionari[oa]s?|supervisor(?:a)?|gerente|responsavel|encarregad[oa]|vendedor(?:a)?|suporte|central|equipe"
    r"|atendimento(?:\s+(?:humano|pessoal|personalizado|presencial))?|setor\s+\w+|financeiro|comercial|moca|moco)"
)
_WISH = re.compile(
    rf"""\b(?:fal(?:a|ar|o|e|amos|ou)|conversar?|converso|trat(?:ar|o)|papo|contato|contact(?:ar|o)|atendid[oa])\b
        (?:\s+(?:direto|diretamente|agora|logo|ja|aqui|so|apenas))*
        \s+(?:com|c|cm|cum|co|pra|por)\s+(?:(?:um|uma|o|a|os|as|algum|alguma|outr[oa]|qualquer|seu|sua|teu|tua)\s+)?
        (?:de\s+)?{_PERSON}\b
    |\b(?:cham(?:a|e|ar|em)|pass(?:a|e|ar|em)|transfer(?:e|ir|em|indo)|transfir(?:a|am)|encaminh(?:a|e|ar|em)
        |direcion(?:a|e|ar)|lig(?:a|ue)|me\s+coloc(?:a|que)|bot(?:a|e)|mand(?:a|e|em)|quero|qro|qru|queria|preciso
        |prefiro|gostaria|cade|kd|tem|exijo|aciona)\b
        (?:\s+(?:me|ai|logo|ja|de|do|d|pra|para|pro|por|com|um|uma|o|a|os|as|algum|alguma|outr[oa]|falar|aqui|agora
        |um\s+pouco|ligacao|minha|essa|conversa))*\s+
        (?:{_ATTENDANT}|humanos?|ser\s+humano|pessoas?\s+(?:de\s+verdade|real|reais|humanas?|fisica)
        |atendimento\s+(?:humano|pessoal|personalizado)|operador(?:a)?|gente\s+de\s+verdade|alguem\s+(?:de\s+verdade|real
        |da\s+equipe|do\s+suporte|ai))\b
    |\b(?:chama|chame|me\s+pass[ae]|pass[ae]|me\s+transfere|transfere|transfira|me\s+encaminha|me\s+bota|bota|me\s+poe)\b
        (?:\s+(?:logo|ja|pra|para|pro|por|um|uma|o|a|falar|com))*\s+
        (?:pessoa|alguem|gente|suporte|financeiro|comercial|supervisora?|gerente|responsavel)\b
    |\balguem\s+(?:pode\s+)?(?:me\s+)?(?:atend[ea]r?|respond[ea]r?)\b
    """,
    re.VERBOSE,
)
_BARE = re.compile(
    rf"(?:{_ATTENDANT}(?: human[oa])?|humano|humana|ser humano|(?:pessoa|gente) (?:real|de verdade|humana)"
    r"|(?:atendimento|suporte) (?:humano|pessoal))"
)
_POLITE = re.compile(
    r"\b(?:oi+|ola|opa|bom dia|boa tarde|boa noite|por favor|por gentileza|pf|pfv|pfvr|pls|please|quero|um|uma|o|a|e"
    r"|urgente|agora|ja|aqui|ai|entao|so)\b|[^\w\s]"
)
# Something to be solved stands beside the wish: the model reads it, and the dialogue serves the problem first.
_SUBJECT = re.compile(
    r"\b(?:bolet\w*|fatura\w*|contas?|pix|2a?|segunda|vias?|codigo|net|internet\w*|wi\W?fi|sinal|luz|los|pon|cai\w*|caindo"
    r"|cortad\w*|cortaram|cancel\w*|rescind\w*|encerr\w*|senha\w*|pag(?:o|ar|uei|ou|amento\w*)|plano\w*|megas?|mud\w*"
    r"|tecnic\w*|visita\w*|velocidade|lent\w*|lerd\w*|devagar|tra(?:va|vando|vado)|modem|roteador|aparelho|desbloq\w*"
    r"|bloque\w*|lib(?:era|erar|erem|ere|eracao)|relig\w*|protocolo|chamado|instal\w*|endereco|titular\w*|cadastro|dados"
    r"|multa|acordo|negoci\w*|parcel\w*|desconto|cobra\w*|vencimento|nota|contrat\w*|conex\w*|cabo|fio|poste|funciona\w*"
    r"|rob[oô]|bot|maquina|outra empresa)\b"
)
# Only words that leave the refusal whole may stand between: "sem internet e quero falar" refuses nothing.
_NOT_WANTED = re.compile(
    r"\b(?:nao|n|nem|nunca)\s+(?:(?:mais|me|te|eu|vou|estou|to|so|nem|ja)\s+){0,2}"
    r"(?:quero|preciso|precisa|queria|falei|falar)\b|\bsem\s+(?:precisar|querer|ter|falar)\b"
)
_ABOUT_WHAT_WAS = re.compile(r"\b(?:falei|conversei|liguei|desligou|prometeu|disse|falou|mentiu|mal)\b")
_WISH_WORDS = 14
# "Luz vermelha piscando" or "amanhã de tarde" by itself may be all that somebody says of what they want.
_MAY_BE_A_REQUEST = frozenset({"date", "amount", "led", "street", "district"})
_ROBOT = re.compile(
    r"\b(?:n(?:ao)?\s+(?:quero|aguento|gosto)|nao(?=\s+(?:robo|bot|maquina))|sem|chega\s+de|cansei\s+d[eo]|odeio|nada\s+de)"
    r"\s+(?:\w+\s+){0,3}?(?:robo|bot|maquina)s?\b"
)


def read_without_model(text: str) -> Understanding | None:
    """The understanding of a text that needs no model, or None: then the model is to be asked.

    An explicit wish for a person is talk_to_human with 1.0, unless something else is asked in the same text.
    """
    found = verdict(text)
    if found is not None:
        return _known(found.intent, found.confidence, entities(text) if found.intent == "inform" else ())
    data = entities(text[:MAX_CHARACTERS])
    if data and _is_only(text, data):
        return _known("inform", 0.95, data)
    if wants_person(text):
        return _known("talk_to_human", 1.0, data)
    return None


def wants_person(text: str) -> bool:
    """True when the text asks for a human being, whatever the wording, and for nothing else."""
    folded, refusals = _ROBOT.subn(" ", fold(text[:MAX_CHARACTERS]))
    if _BARE.fullmatch(" ".join(_POLITE.sub(" ", folded).split())) and "?" not in text:
        return True
    if len(folded.split()) > _WISH_WORDS or not (refusals or _WISH.search(folded)):
        return False
    return not (_SUBJECT.search(folded) or _NOT_WANTED.search(folded) or _ABOUT_WHAT_WAS.search(folded))


def mentions_person(text: str) -> bool:
    """True when the text asks for a human being, even beside a problem of its own ("sem internet, chama alguém")."""
    folded = _ROBOT.sub(" ", fold(text[:MAX_CHARACTERS]))
    if not _WISH.search(folded):
        return False
    return not (_NOT_WANTED.search(folded) or _ABOUT_WHAT_WAS.search(folded))


def _known(intent: str, confidence: float, data: tuple[Entity, ...]) -> Understanding:
    band: Band = "act" if confidence >= SURE else "menu"
    return Understanding(intent, confidence, ((intent, confidence),), data, "shortcut", band)


def _is_only(text: str, data: tuple[Entity, ...]) -> bool:
    """True when nothing but the data and its usual caption ("meu cpf é") stands in the text."""
    if all(entity.kind in _MAY_BE_A_REQUEST for entity in data):
        return False
    rest = text
    for entity in reversed(data):
        rest = rest[: entity.start] + " " + rest[entity.end :]
    left = re.sub(r"\b(?:o|meu|cpf|cnpj|numero|e|eh|tel|telefone|celular|cep|email|e-mail)\b|[^\w\s]", " ", fold(rest))
    return not left.strip()
