"""Texts that are nearly the same as one of a set: measured by shared trigrams, found without comparing all with all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import ceil

NEAR = 0.85
"""From this share of common trigrams (Jaccard) on, a text is a copy that only was touched up."""


def trigrams(text: str) -> frozenset[str]:
    """The letters of `text` in threes, with a blank at both ends."""
    padded = f" {text} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


class NearCopies:
    """Finds which of the known texts a new one nearly repeats.

    Two sets that share most of their trigrams also share one of their rarest, so that only those are looked up.
    """

    def __init__(self, known: Iterable[str]) -> None:
        """`known` are texts in one normal form; the same form is asked for later."""
        self._texts = list(dict.fromkeys(known))
        self._sets = [trigrams(text) for text in self._texts]
        self._frequency = Counter(gram for grams in self._sets for gram in grams)
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for number, grams in enumerate(self._sets):
            for gram in self._rarest(grams):
                self._holders[gram].append(number)

    def of(self, text: str) -> str | None:
        """The known text nearest to `text` if it is a near copy, else None."""
        grams = trigrams(text)
        candidates = {number for gram in self._rarest(grams) for number in self._holders.get(gram, ())}
        likeness, nearest = max(((self._likeness(grams, number), -number) for number in candidates), default=(0.0, 0))
        return self._texts[-nearest] if likeness >= NEAR else None

    def _likeness(self, grams: frozenset[str], number: int) -> float:
        other = self._sets[number]
        common = len(grams & other)
        return common / (len(grams) + len(other) - common)

    def _rarest(self, grams: frozenset[str]) -> list[str]:
        """As many of the rarest trigrams as cannot all be missing in a near copy; in the same order everywhere."""
        ordered = sorted(grams, key=lambda gram: (self._frequency[gram], gram))
        return ordered[: len(grams) - ceil(NEAR * len(grams)) + 1]
