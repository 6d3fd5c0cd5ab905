"""Draws the figures of a model as pictures, from JSON on standard input: reliability, intents, confusions, coverage."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Text

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter
from PIL import Image

# Okabe and Ito's colours can be told apart by everybody, also in grey.
_BLUE, _ORANGE, _GREY, _INK = "#0072B2", "#E69F00", "#8A8A8A", "#222222"
_WIDE = 8.0
_DPI = 120
# Of fewer messages the share that is right says little.
_FEW = 20
_COLOURS = 64
_PERCENT = FuncFormatter(lambda value, _position: f"{value * 100:.0f} %")

Data = Dict[Text, Any]


def _reliability(data: Data) -> Any:
    filled = [each for each in data["bins"] if each[0]]
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(_WIDE, 6.4), sharex=True, gridspec_kw={"height_ratios": [3, 1], "hspace": 0.08}
    )
    above.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="confiança = acerto")
    confidence, right = [each[1] for each in filled], [each[2] for each in filled]
    above.plot(confidence, right, color=_BLUE, marker="o", label="modelo")
    few = [each for each in filled if each[0] < _FEW]
    hollow = {"color": _BLUE, "marker": "o", "linestyle": "none", "markerfacecolor": "white", "zorder": 3}
    above.plot([each[1] for each in few], [each[2] for each in few], label=f"menos de {_FEW} mensagens", **hollow)
    above.vlines(confidence, confidence, right, color=_ORANGE, linewidth=2)
    above.set(ylim=(0, 1.03), ylabel="acerto", title=f"Confiança e acerto em {data['messages']} mensagens")
    above.yaxis.set_major_formatter(_PERCENT)
    above.legend(loc="lower right", frameon=False)
    width = 1 / len(data["bins"])
    counts = [each[0] for each in data["bins"]]
    bars = below.bar([(at + 0.5) * width for at in range(len(counts))], counts, width * 0.92, color=_BLUE)
    below.bar_label(bars, padding=2, fontsize=8)
    below.set(xlim=(0, 1), ylim=(0, max(counts) * 1.25), xlabel="confiança", ylabel="mensagens")
    below.xaxis.set_major_formatter(_PERCENT)
    return figure


def _intents(data: Data) -> Any:
    rows = sorted(data["intents"], key=lambda row: (row[1] or 0.0) + (row[2] or 0.0))
    places = range(len(rows))
    figure, axes = plt.subplots(figsize=(_WIDE, 0.36 * len(rows) + 1.4))
    axes.barh([at + 0.2 for at in places], [row[1] or 0.0 for row in rows], 0.38, color=_BLUE, label="precisão")
    axes.barh([at - 0.2 for at in places], [row[2] or 0.0 for row in rows], 0.38, color=_ORANGE, label="cobertura")
    axes.set_yticks(list(places))
    axes.set_yticklabels([f"{row[0]} ({row[3]})" for row in rows])
    axes.set(xlim=(0, 1), ylim=(-0.6, len(rows) - 0.4))
    axes.set_title("Precisão e cobertura de cada intenção (mensagens)", pad=30)
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.xaxis.grid(True, color="#DDDDDD")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2, frameon=False)
    return figure


def _confusions(data: Data) -> Any:
    rows = data["confusions"][::-1]
    figure, axes = plt.subplots(figsize=(_WIDE, 0.36 * max(len(rows), 1) + 1.4))
    wrong, accepted = [row[2] for row in rows], [row[3] for row in rows]
    axes.barh(range(len(rows)), wrong, 0.7, color=_BLUE, label="engano")
    axes.barh(range(len(rows)), accepted, 0.7, left=wrong, color=_ORANGE, label="leitura aceitável")
    axes.legend(loc="lower right", frameon=False)
    axes.set_yticks(list(range(len(rows))))
    axes.set_yticklabels([f"{row[0]} → {row[1]}" for row in rows])
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="mensagens", title="O que mais se confunde: o que era → o que o modelo leu")
    return figure


def _coverage(data: Data) -> Any:
    # The first few messages alone would swing between nothing and everything.
    points = [point for point in data["coverage"] if point[0] >= 0.05]
    figure, axes = plt.subplots(figsize=(_WIDE, 4.4))
    axes.plot([x for x, _ in points], [y for _, y in points], color=_BLUE, label="pela confiança")
    share, precision = data["answered"]
    if share and precision is not None:
        text = f"o que é respondido na hora: {share * 100:.0f} %".replace(".", ",")
        axes.plot([share], [precision], color=_ORANGE, marker="D", linestyle="none", markersize=9, label=text)
    lowest = min([y for _, y in points] + [precision or 1.0], default=0.0)
    axes.set(
        xlim=(0, 1),
        ylim=(max(0.0, lowest - 0.03), 1.005),
        xlabel="parte das mensagens, da mais segura em diante",
        ylabel="precisão",
    )
    axes.set_title(f"Precisão das mensagens mais seguras, de {data['messages']}")
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value * 100:.0f} %"))
    axes.yaxis.grid(True, color="#DDDDDD")
    axes.legend(loc="lower left", frameon=False)
    return figure


_PICTURES: Dict[Text, Callable[[Data], Any]] = {
    "nlu-reliability": _reliability,
    "nlu-intents": _intents,
    "nlu-confusions": _confusions,
    "nlu-coverage": _coverage,
}


def draw(data: Data, folder: Path) -> List[Path]:
    """Writes each picture as a small PNG; the same data gives the same file."""
    style = {
        "font.size": 11,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.titlesize": 12,
    }
    written = []
    with plt.rc_context(style):
        for name, make in _PICTURES.items():
            figure = make(data)
            path = folder / f"{name}.png"
            drawn = io.BytesIO()
            figure.savefig(drawn, dpi=_DPI, bbox_inches="tight", facecolor="white")
            plt.close(figure)
            # Few colours are enough for lines and letters, and a third of the bytes.
            Image.open(drawn).convert("RGB").quantize(_COLOURS).save(path, optimize=True)
            written.append(path)
    return written


if __name__ == "__main__":
    for made in draw(json.load(sys.stdin), Path(sys.argv[1])):
        print(made)
