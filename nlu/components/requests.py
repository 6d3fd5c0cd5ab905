"""Several things asked for in one message: the parts it falls into, and which of them are requests of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Callable, List, Pattern, Sequence, Set, Text, Tuple

from nlu.components.calibration import Bands, band_of
from nlu.folding import fold
from nlu.languages import PORTUGUESE
from nlu.languages import language as language_named

# Courtesies, answers and small talk accompany a request; they are none.
NO_REQUEST = frozenset(
    {"greet", "goodbye", "thanks", "affirm", "deny", "bot_challenge", "help_menu", "inform", "out_of_scope"}
)
# Said as a fact beside what is asked for ("paguei e cobraram de novo"), these ask for nothing of their own.
FACTS = frozenset({"signal_release", "outage_no_connection", "slow_internet"})
# A part is only believed to be a request of its own from here on: where the whole leaves room for it, or surely enough
# that the whole need not. Where the whole is a courtesy or an answer, it has to leave more room, and always.
_SURE_PART = 0.8
_SURER_THAN_THE_WHOLE = 0.95
_WHOLE_LEAVES_ROOM = 0.002
_COURTESY_LEAVES_ROOM = 0.1
# A text of more parts tells a story: what it asks for is read from the whole.
_MOST_PARTS = 8

Span = Tuple[int, int]
Read = Callable[[List[Text]], Any]


@dataclass(frozen=True)
class Part:
    """One thing asked for: intent, probability, band, and offsets into the text."""

    intent: Text
    confidence: float
    band: Text
    start: int
    end: int


@lru_cache(maxsize=None)
def _cut(name: Text) -> Pattern[Text]:
    return re.compile(rf"[.!?;\n]+|,|\s+(?:{language_named(name).joints})\s+", re.IGNORECASE)


def _is_request(part: Text, sure: float, room: float, whole: Text) -> bool:
    """Whether a `part` read with probability `sure` counts beside `whole`, which gives its intent the chance `room`."""
    if whole in NO_REQUEST:
        return sure >= _SURE_PART and room >= _COURTESY_LEAVES_ROOM
    if part in FACTS:
        return sure >= _SURE_PART and room >= _WHOLE_LEAVES_ROOM
    return sure >= (_SURE_PART if room >= _WHOLE_LEAVES_ROOM else _SURER_THAN_THE_WHOLE)


def _says(part: Text, pattern: Text) -> bool:
    return re.match(pattern, fold(part)) is not None


def parts(text: Text, language: Text = PORTUGUESE) -> List[Span]:
    """Offsets of the clauses of `text`, without the words and marks that join them."""
    spans: List[Span] = []
    begin = 0
    for cut in [*_cut(language).finditer(text), None]:
        end = cut.start() if cut else len(text)
        inside = text[begin:end]
        if any(character.isalnum() for character in inside):
            left = begin + len(inside) - len(inside.lstrip())
            spans.append((left, left + len(inside.strip())))
        begin = cut.end() if cut else end
    return spans


def requests(
    text: Text, whole: Any, names: Sequence[Text], limits: Bands, read: Read, language: Text = PORTUGUESE
) -> List[Part]:
    """The requests in `text`, in its order; nothing where it asks for nothing.

    `whole` has the probabilities of the text over `names`; `read` gives such rows for its parts. The intent of the
    whole is always among them, with its own span where a part carries it.
    """
    best = int(whole.argmax())
    found: List[Part] = []
    taken_back: Set[Text] = set()
    spans = parts(text, language)
    if 2 <= len(spans) <= _MOST_PARTS:
        # "Não quero cancelar, só mudar": the clause of the refusal asks for nothing.
        spans = [span for span in spans if not _says(text[slice(*span)], language_named(language).refusal)]
        for (start, end), row in zip(spans, read([text[start:end] for start, end in spans]), strict=True):
            if _says(text[start:end], language_named(language).taken_back):
                taken_back.update(part.intent for part in found)
                found.clear()
                continue
            name, sure = names[int(row.argmax())], float(row.max())
            if name in NO_REQUEST or any(part.intent == name for part in found):
                continue
            if name == names[best]:
                sure = max(sure, float(whole[best]))
            elif not _is_request(name, sure, float(whole[int(row.argmax())]), names[best]):
                continue
            found.append(Part(name, sure, band_of(limits, name, sure), start, end))
    if names[best] not in {*NO_REQUEST, *taken_back} and all(part.intent != names[best] for part in found):
        sure = float(whole[best])
        whole_text = Part(names[best], sure, band_of(limits, names[best], sure), 0, len(text))
        return [whole_text, *found]
    return found
