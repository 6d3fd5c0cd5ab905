"""What must not stand in one training example: markup, tabs, false documents, more than a message holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.document import parse_document
from nlu.examples import Example
from nlu.guards import MAX_CHARACTERS, verdict

_ENTITY_MARKUP = re.compile(r"\[[^\]]*\][({\[]")
_MARKUP = re.compile(r"[\[\]{}<>`]|\*\*|^[-•*] |\\[nt\"]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
# Printed with their signs, or with their name before them; other digits may be anything.
_CPF = re.compile(
    r"(?<![\d.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)|(?<=cpf )\d{11}(?!\d)|(?<=cpf: )\d{11}(?!\d)|(?<=cpf é )\d{11}(?!\d)",
    re.IGNORECASE,
)
_CNPJ = re.compile(
    r"(?<![\w.])[\dA-Z]{2}\.[\dA-Z]{3}\.[\dA-Z]{3}/[\dA-Z]{4}-\d{2}(?!\d)"
    r"|(?<=cnpj )[\dA-Z]{12}\d{2}\b|(?<=cnpj: )[\dA-Z]{12}\d{2}\b|(?<=cnpj é )[\dA-Z]{12}\d{2}\b",
    re.IGNORECASE,
)
# Messages that only look like commands are examples of it.
_ODD_ON_PURPOSE = "out_of_scope"


def wrong_in(example: Example) -> Iterator[str]:
    """What is wrong in the text of one example, one line of text for each finding."""
    text = example.text
    if "\t" in text or _CONTROL.search(text):
        yield f"a tab or another control character: {text[:60]!r}"
    if len(text) > MAX_CHARACTERS:
        yield f"{len(text)} characters, the model reads {MAX_CHARACTERS}: {text[:60]!r}"
    if _ENTITY_MARKUP.search(text):
        yield f"Rasa would read this as an entity: {text[:60]!r}"
    elif example.intent != _ODD_ON_PURPOSE and _MARKUP.search(text):
        yield f"stray markup: {text[:60]!r}"
    for kind, pattern in (("CPF", _CPF), ("CNPJ", _CNPJ)):
        for match in pattern.finditer(text):
            if parse_document(match.group()) is None:
                yield f"the check digits of this {kind} are wrong: {match.group()}"
    known = verdict(text)
    if known is not None and known.intent not in example.intents:
        yield f"the model is never asked, a rule says {known.intent}: {text[:60]!r}"
