"""What is understood without the model: empty texts, emoji, bare data, commands, and the plain wish for a person."""

from __future__ import annotations

from nlu.entities import entities
from nlu.folding import fold
from nlu.guards import MAX_CHARACTERS, SURE, verdict
from nlu.languages import PORTUGUESE
from nlu.languages import language as language_named
from nlu.understanding import Band, Entity, Understanding

_WISH_WORDS = 14
# "Luz vermelha piscando" or "amanhã de tarde" by itself may be all that somebody says of what they want.
_MAY_BE_A_REQUEST = frozenset({"date", "amount", "led", "street", "district"})


def read_without_model(text: str, language: str = PORTUGUESE) -> Understanding | None:
    """The understanding of a text that needs no model, or None: then the model is to be asked.

    An explicit wish for a person is talk_to_human with 1.0, unless something else is asked in the same text.
    """
    found = verdict(text)
    if found is not None:
        return _known(found.intent, found.confidence, entities(text, language) if found.intent == "inform" else ())
    data = entities(text[:MAX_CHARACTERS], language)
    if data and _is_only(text, data, language):
        return _known("inform", 0.95, data)
    if wants_person(text, language):
        return _known("talk_to_human", 1.0, data)
    return None


def wants_person(text: str, language: str = PORTUGUESE) -> bool:
    """True when the text asks for a human being, whatever the wording, and for nothing else."""
    spoken = language_named(language)
    folded, refusals = spoken.no_robot.subn(" ", fold(text[:MAX_CHARACTERS]))
    if spoken.bare_wish.fullmatch(" ".join(spoken.polite.sub(" ", folded).split())) and "?" not in text:
        return True
    if len(folded.split()) > _WISH_WORDS or not (refusals or spoken.wish.search(folded)):
        return False
    return not any(p.search(folded) for p in (spoken.subject, spoken.not_wanted, spoken.what_was))


def mentions_person(text: str, language: str = PORTUGUESE) -> bool:
    """True when the text asks for a human being, even beside a problem of its own ("sem internet, chama alguém")."""
    spoken = language_named(language)
    folded = spoken.no_robot.sub(" ", fold(text[:MAX_CHARACTERS]))
    return bool(spoken.wish.search(folded)) and not (spoken.not_wanted.search(folded) or spoken.what_was.search(folded))


def _known(intent: str, confidence: float, data: tuple[Entity, ...]) -> Understanding:
    band: Band = "act" if confidence >= SURE else "menu"
    return Understanding(intent, confidence, ((intent, confidence),), data, "shortcut", band)


def _is_only(text: str, data: tuple[Entity, ...], language: str) -> bool:
    """True when nothing but the data and its usual caption ("meu cpf é") stands in the text."""
    if all(entity.kind in _MAY_BE_A_REQUEST for entity in data):
        return False
    rest = text
    for entity in reversed(data):
        rest = rest[: entity.start] + " " + rest[entity.end :]
    return not language_named(language).caption.sub(" ", fold(rest)).strip()
