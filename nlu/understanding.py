"""What a text was understood as: the values that leave this room."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Source = Literal["shortcut", "model", "unavailable"]
Band = Literal["act", "confirm", "menu"]
BANDS: tuple[Band, ...] = ("act", "confirm", "menu")


@dataclass(frozen=True)
class Entity:
    """A piece of data found in a text.

    `kind` is cpf, cnpj, phone, cep, email, protocol, amount, date, led, street or district. `value` is its normal form,
    which nlu.entities describes (documents compact, phone as match key, amount in integer cents, date ISO or the folded
    words). `start` and `end` are offsets into the text. The repr hides `value`: it may be personal data.
    """

    kind: str
    value: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True)
class Request:
    """One of the things a text asks for: intent, probability, what it is sure enough for, and where it stands.

    `start` and `end` are offsets into the text that was read; the whole text where the part cannot be told.
    """

    intent: str
    confidence: float
    band: Band
    start: int
    end: int


@dataclass(frozen=True)
class Understanding:
    """The most likely intent with its probability (0 to 1), all intents by falling probability, and the data found.

    `band` says what the intent is sure enough for, by what a mistake would cost: to be answered (act), to be asked
    back first (confirm), or nothing, so that a short menu is shown (menu). `requests` are all things asked for, in the
    order of the text; empty where the text is only data, a courtesy or unclear. `model` is the fingerprint of the model
    that was asked, empty without one. `unknown_words` is the share (0 to 1) of words the model never saw.
    """

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    source: Source
    band: Band = "menu"
    requests: tuple[Request, ...] = ()
    model: str = ""
    unknown_words: float = 0.0
    shadow: Shadow | None = None

    def doubted(self) -> Understanding:
        """The same of words that may have been other ones: nothing in it is sure enough to be acted on unasked."""
        requests = tuple(replace(one, band=_doubted(one.band)) for one in self.requests)
        return replace(self, band=_doubted(self.band), requests=requests)


def _doubted(band: Band) -> Band:
    return "confirm" if band == "act" else band


@dataclass(frozen=True)
class Shadow:
    """What another model, which nobody is answered by, thinks of the same text."""

    intent: str
    confidence: float
    model: str


UNAVAILABLE = Understanding("unavailable", 0.0, (), (), "unavailable")
"""The model could not be asked: the dialogue shows a menu instead."""
