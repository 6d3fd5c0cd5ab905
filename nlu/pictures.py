"""The figures of docs/nlu.md: pictures drawn in Rasa's environment, which has matplotlib, and the table beside them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from nlu.environment import NLU, environment_python
from nlu.intent_names import intent_names
from nlu.measures import Outcome, answered_precision, band_share, bins, by_intent, confusions, coverage_curve
from nlu.report import markdown
from nlu.train import rasa_environment

IMAGES = NLU.parent / "docs" / "images"
PAGE = NLU.parent / "docs" / "nlu.md"
BEGIN, END = "<!-- figures: python cli.py nlu pictures -->", "<!-- end of figures -->"
_MOST_CONFUSIONS = 15
_LIMIT_SECONDS = 120


class CannotDraw(Exception):
    """The pictures could not be drawn; the text says why."""


def write(columns: Mapping[str, Sequence[Outcome]], images: Path = IMAGES, page: Path = PAGE) -> list[Path]:
    """Draws the last column's pictures into `images`, puts the table of all columns into `page`; gives what it wrote.

    The table replaces what stands between the two marks. Raises CannotDraw.
    """
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(END) < text.index(BEGIN):
        raise CannotDraw(f"{page}: faltam as marcas da tabela, `{BEGIN}` e `{END}`.")
    drawn = _draw(drawing_data(list(columns.values())[-1]), images)
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    page.write_text(f"{before}{BEGIN}\n\n{markdown(columns)}\n\n{after}", encoding="utf-8")
    return [*drawn, page]


def drawing_data(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """What nlu.components.drawing needs, as JSON: points and names, no messages."""
    return {
        "messages": len(outcomes),
        "bins": [[each.count, each.confidence, each.right] for each in bins(outcomes)],
        "intents": [
            [_short(name), each.precision, each.recall, each.support]
            for name, each in by_intent(outcomes).items()
            if each.support
        ],
        "confusions": [
            [_short(pair.primary), _short(pair.read), pair.wrong, pair.accepted]
            for pair in confusions(outcomes)[:_MOST_CONFUSIONS]
        ],
        "coverage": coverage_curve(outcomes),
        "answered": [band_share(outcomes, "act"), answered_precision(outcomes)],
    }


def _short(intent: str) -> str:
    """The name of an intent without what explains it."""
    return intent_names().get(intent, intent).split(" (")[0]


def _draw(data: Mapping[str, object], images: Path) -> list[Path]:
    if not environment_python().exists():
        raise CannotDraw("Falta o ambiente do Rasa (nlu/.venv). Rode: python -m nlu.environment")
    images.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(environment_python()), "-m", "nlu.components.drawing", str(images)],
        input=json.dumps(data),
        cwd=NLU.parent,
        env=rasa_environment(),
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise CannotDraw("\n".join(done.stderr.strip().splitlines()[-3:]))
    return [Path(line) for line in done.stdout.splitlines()]
