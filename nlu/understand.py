"""One message's understanding: what needs no model first, then the model, and a plain value when it is away."""

from __future__ import annotations

from dataclasses import replace

from core.errors import Failure
from nlu.entities import entities
from nlu.languages import PORTUGUESE
from nlu.ports import Parser
from nlu.shortcuts import read_without_model
from nlu.understanding import UNAVAILABLE, Understanding


def understand(text: str, parser: Parser, language: str = PORTUGUESE) -> Understanding:
    """The intent, its probability and the data in `text`. Never raises for a failing parser: gives UNAVAILABLE then,
    with the entities that were found. May be called twice."""
    known = read_without_model(text, language)
    if known is not None:
        return known
    try:
        understood = parser.parse(text)
    except Failure:
        understood = UNAVAILABLE
    return replace(understood, entities=entities(text, language))
