"""The words that short answers are read by, one module for each language, found by file name."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class ReplyWords:
    """Words and patterns of a language, all over folded text: small letters, no accents.

    Yes and no: `yes`, `no`, `negation` (the word that turns any answer round), `fillers` beside them. What was offered
    and may be repeated: `release_words` about `signal_words`, `offered_words` of a
    restart or a change, `deal_words` of an agreement; `invoice_words`, `more_invoices`, `another_invoice`;
    `another_place`. A `place` may be named with these words, a kind of it behind `at` (a pattern's text), unless it is
    one of `streets`. `promise` to pay with `when`; `already` turns it into none; `paid` claims it, `proof` shows it,
    `amount` asks for it; `payment` speaks of it at all, `signal` of the connection. After a step to try: `acknowledged`
    word by word, or `later`; `negated`, `again`, `worked`, `still`; `changed` just
    now; `faulty` lights that are `not_any_more`. `wifi_name` and `wifi_password` are
    spoken of. `turning` stands before something else. Of several: `every`, `pointed` at by group 1, by
    `ordinals` (from 1), `first`, `middle`, `last`; `not_telling` tells none from another. `gives_up` takes all back.
    `corrects` says that something else was meant, `understood` stands before an answer, `menu` names it.
    A debt is paid in `instalments`, a number of digits or one of `counts`, or `at_once`.
    """

    yes: frozenset[str]
    no: frozenset[str]
    negation: str
    fillers: frozenset[str]
    release_words: frozenset[str]
    signal_words: frozenset[str]
    offered_words: frozenset[str]
    invoice_words: frozenset[str]
    more_invoices: tuple[str, ...]
    another_invoice: re.Pattern[str]
    another_place: re.Pattern[str]
    place: re.Pattern[str]
    at: str
    streets: frozenset[str]
    promise: re.Pattern[str]
    when: frozenset[str]
    already: re.Pattern[str]
    paid: re.Pattern[str]
    proof: re.Pattern[str]
    amount: re.Pattern[str]
    payment: re.Pattern[str]
    signal: re.Pattern[str]
    acknowledged: frozenset[str]
    later: re.Pattern[str]
    negated: re.Pattern[str]
    again: re.Pattern[str]
    worked: re.Pattern[str]
    still: re.Pattern[str]
    changed: re.Pattern[str]
    faulty: re.Pattern[str]
    not_any_more: re.Pattern[str]
    wifi_name: re.Pattern[str]
    wifi_password: re.Pattern[str]
    turning: re.Pattern[str]
    every: re.Pattern[str]
    pointed: re.Pattern[str]
    ordinals: Mapping[str, int]
    first: frozenset[str]
    middle: frozenset[str]
    last: frozenset[str]
    not_telling: frozenset[str]
    gives_up: re.Pattern[str]
    corrects: re.Pattern[str]
    understood: re.Pattern[str]
    menu: re.Pattern[str]
    deal_words: frozenset[str]
    instalments: re.Pattern[str]
    at_once: re.Pattern[str]
    counts: Mapping[str, int]


@cache
def reply_words(language: str) -> ReplyWords:
    """The words of a language. Raises ModuleNotFoundError where there is no such module."""
    found: ReplyWords = importlib.import_module(f"{__name__}.{language}").WORDS
    return found


def word_set(text: str) -> frozenset[str]:
    """The words of a text, in no order."""
    return frozenset(text.split())
