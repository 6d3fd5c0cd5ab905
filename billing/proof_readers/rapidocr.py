"""RapidOCR on this machine: its models come with the package, and it runs on the processor."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any

from PIL import Image

from core.errors import Misconfigured

# Below this it is guessing.
SURE = 0.5


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
        """See PictureReader. Parts of one height are one line, from left to right."""
        import numpy

        found = self._engine(numpy.asarray(picture))
        if found.txts is None:
            return ""
        parts = [
            (float(min(corner[1] for corner in box)), float(max(corner[1] for corner in box)), float(box[0][0]), text)
            for box, text, sure in zip(found.boxes, found.txts, found.scores, strict=True)
            if sure >= SURE
        ]
        return "\n".join(" ".join(part[3] for part in sorted(line, key=lambda part: part[2])) for line in _lines(parts))


def make() -> RapidOcr:
    """The engine."""
    return RapidOcr()


def _lines(parts: list[tuple[float, float, float, str]]) -> list[list[tuple[float, float, float, str]]]:
    """Parts whose middle is within the height of the line's first part stand in that line."""
    lines: list[list[tuple[float, float, float, str]]] = []
    for part in sorted(parts):
        middle = (part[0] + part[1]) / 2
        if lines and lines[-1][0][0] <= middle <= lines[-1][0][1]:
            lines[-1].append(part)
        else:
            lines.append([part])
    return lines
