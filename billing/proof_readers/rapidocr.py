"""RapidOCR on this machine: its models come with the package, and it runs on the processor."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from statistics import median
from typing import Any, NamedTuple

from PIL import Image

from core.errors import Misconfigured

# Below this it is guessing.
SURE = 0.5


class _Word(NamedTuple):
    """What the engine found. A box begins at its upper left corner and goes round by the upper right one."""

    box: Sequence[Sequence[float]]
    text: str
    sure: float


class _Part(NamedTuple):
    """Words in one place of the picture."""

    top: float
    bottom: float
    left: float
    text: str


class RapidOcr:
    """A PictureReader. The package and its models are loaded when the first picture comes."""

    @cached_property
    def _engine(self) -> Any:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise Misconfigured("proof_package", "pip install -r requirements-ocr.txt") from error
        # It tells of every model it opens.
        logging.getLogger("RapidOCR").setLevel(logging.WARNING)
        return RapidOCR(params={"Global.log_level": "warning"})

    def read(self, picture: Image.Image) -> str:
        """See PictureReader. A picture that was held askew or sideways is read as if it were straight."""
        found = self._words(picture)
        if _is_sideways(found):
            # Which way up it is, is told by how sure it is of words that it may not turn itself.
            turned = [self._words(picture.rotate(angle, expand=True), use_cls=False) for angle in (90, 270)]
            found = max(turned, key=lambda words: sum(word.sure for word in words))
        lines = _lines(_level([word for word in found if word.sure >= SURE]))
        return "\n".join(" ".join(part.text for part in line) for line in lines)

    def _words(self, picture: Image.Image, **how: bool) -> list[_Word]:
        import numpy

        found = self._engine(numpy.asarray(picture), **how)
        if found.txts is None:
            return []
        return [_Word(*word) for word in zip(found.boxes, found.txts, found.scores, strict=True)]


def make() -> RapidOcr:
    """The engine."""
    return RapidOcr()


def _is_sideways(found: Sequence[_Word]) -> bool:
    """Whether most of the words stand upright like books on a shelf."""
    return sum(_is_tall(word.box) for word in found) * 2 > len(found)


def _is_tall(box: Sequence[Sequence[float]]) -> bool:
    across, along = (max(side) - min(side) for side in zip(*box, strict=True))
    return bool(along > across)


def _level(found: Sequence[_Word]) -> list[_Part]:
    """The parts as they would stand had the picture been held straight."""
    slopes = [(box[1][1] - box[0][1]) / (box[1][0] - box[0][0]) for box, _, _ in found if box[1][0] > box[0][0]]
    slope = float(median(slopes)) if slopes else 0.0
    parts = []
    for box, text, _ in found:
        heights = [float(y) - slope * float(x) for x, y in box]
        parts.append(_Part(min(heights), max(heights), float(box[0][0]), text))
    return parts


def _lines(parts: list[_Part]) -> list[list[_Part]]:
    """Parts whose middle is within the height of the line's first part stand in that line, from left to right."""
    lines: list[list[_Part]] = []
    for part in sorted(parts):
        if lines and lines[-1][0].top <= (part.top + part.bottom) / 2 <= lines[-1][0].bottom:
            lines[-1].append(part)
        else:
            lines.append([part])
    return [sorted(line, key=lambda part: part.left) for line in lines]
