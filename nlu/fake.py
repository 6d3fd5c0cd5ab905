"""A parser without a model: a table of texts and rules, for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.errors import Unreachable
from nlu.folding import fold
from nlu.understanding import Band, Request, Understanding

Rule = Callable[[str], str | None]


class FakeParser:
    """Answers from `intents` (text to intent, compared folded), then from `rules` in order, then out_of_scope at 0.3.

    With `down` set to True it fails as an absent server would.
    """

    def __init__(
        self, intents: Mapping[str, str] | None = None, *, rules: tuple[Rule, ...] = (), confidence: float = 0.95
    ) -> None:
        self._intents = {fold(text): intent for text, intent in (intents or {}).items()}
        self._rules = rules
        self._confidence = confidence
        self.down = False
        self.asked: list[str] = []

    def parse(self, text: str) -> Understanding:
        """The tabled understanding of `text`; raises Unreachable while `down`."""
        if self.down:
            raise Unreachable("connection_failed", "fake parser")
        self.asked.append(text)
        intent = self._intents.get(fold(text)) or self._by_rule(text)
        if intent is None:
            return Understanding("out_of_scope", 0.3, (("out_of_scope", 0.3),), (), "model", "menu")
        rest = round(1 - self._confidence, 6)
        ranking = ((intent, self._confidence), ("out_of_scope" if intent != "out_of_scope" else "inform", rest))
        band = band_of(self._confidence)
        requests = (Request(intent, self._confidence, band, 0, len(text)),)
        return Understanding(intent, self._confidence, ranking, (), "model", band, requests)

    def ready(self) -> bool:
        """False while `down`."""
        return not self.down

    def _by_rule(self, text: str) -> str | None:
        return next((intent for rule in self._rules if (intent := rule(text))), None)


def band_of(confidence: float) -> Band:
    """The band of a made-up confidence: a trained model sets its own limits for each intent."""
    return "act" if confidence >= 0.7 else "confirm" if confidence >= 0.4 else "menu"
