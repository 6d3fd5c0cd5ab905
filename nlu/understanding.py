"""What a text was understood as: the values that leave this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Source = Literal["shortcut", "model", "unavailable"]


@dataclass(frozen=True)
class Entity:
    """A piece of data found in a text.

    `kind` is cpf, cnpj, phone, cep, email, date, amount or protocol. `value` is its normal form (documents compact,
    phone as match key, amount in integer cents, date ISO or the folded words). `start` and `end` are offsets into the
    text. The repr hides `value`: it may be personal data.
    """

    kind: str
    value: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True)
class Understanding:
    """The most likely intent with its probability (0 to 1), all intents by falling probability, and the data found."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    source: Source


UNAVAILABLE = Understanding("unavailable", 0.0, (), (), "unavailable")
"""The model could not be asked: the dialogue shows a menu instead."""
