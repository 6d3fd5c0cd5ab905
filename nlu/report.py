"""The figures of `nlu.measures` as a table in plain text or Markdown, and the messages that were misread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlu.intent_names import intent_names
from nlu.measures import ON_NETWORK_OR_MONEY, Outcome, figures

SHARE, NUMBER, COUNT, TIME = "share", "number", "count", "time"
ROWS: Mapping[str, tuple[str, str]] = {
    "messages": ("mensagens", COUNT),
    "strict": ("acerto na intenção principal", SHARE),
    "lenient": ("acerto entre as aceitáveis", SHARE),
    "precision_at_50%": ("precisão nos 50 % mais seguros", SHARE),
    "precision_at_70%": ("precisão nos 70 % mais seguros", SHARE),
    "precision_at_90%": ("precisão nos 90 % mais seguros", SHARE),
    "calibration_error": ("erro de calibração", NUMBER),
    "macro_f1": ("F1 médio das intenções", SHARE),
    "act": ("responde na hora", SHARE),
    "confirm": ("pergunta antes", SHARE),
    "menu": ("mostra a lista", SHARE),
    "answered_precision": ("precisão do que responde", SHARE),
    **{f"answered_{name}": (f"... {intent_names()[name]}", SHARE) for name in ON_NETWORK_OR_MONEY},
    "answered_on_network_or_money": ("... rede e dinheiro juntos", SHARE),
    "network_or_money_met": ("... e quantas dessas responde", SHARE),
    "outside_answered": ("fora do assunto, mas respondidas", SHARE),
    "requests_precision": ("vários pedidos: precisão", SHARE),
    "requests_recall": ("vários pedidos: cobertura", SHARE),
    "median": ("ms por leitura, mediana", TIME),
    "p99": ("ms por leitura, p99", TIME),
}
"""Name of a figure to what it is called and the kind of number it is."""
_ABSENT = "-"


def written(value: float | None, kind: str) -> str:
    """A figure as people read it in Brazil: `93,4 %`, `0,021`, `118`, `4,2`."""
    if value is None:
        return _ABSENT
    forms = {SHARE: f"{value * 100:.1f} %", NUMBER: f"{value:.3f}", COUNT: f"{value:.0f}", TIME: f"{value:.1f}"}
    return forms[kind].replace(".", ",")


def table(columns: Mapping[str, Sequence[Outcome]], *, difference: bool = False) -> str:
    """One line for each figure and one column for each list of outcomes; with `difference`, also last minus first."""
    names = [*columns, *(["diferença"] if difference else [])]
    rows = [[title, *values] for title, values in _rows(columns, difference)]
    width = max(len(title) for title, *_ in rows)
    wide = [max(len(name), *(len(row[at]) for row in rows)) for at, name in enumerate(names, 1)]
    lines = [["", *names], *rows]
    return "\n".join(
        f"{title:<{width}}" + "".join(f"  {value:>{size}}" for value, size in zip(values, wide, strict=True))
        for title, *values in lines
    )


def markdown(columns: Mapping[str, Sequence[Outcome]]) -> str:
    """The same table for a page of documentation, without times: they belong to one machine."""
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    timed = {title for title, kind in ROWS.values() if kind == TIME}
    lines += [f"| {title} | {' | '.join(values)} |" for title, values in _rows(columns, False) if title not in timed]
    return "\n".join(lines)


def misses(outcomes: Iterable[Outcome]) -> str:
    """Two lines for each message that was not read as its primary intent; `aceita` where the reading is acceptable."""
    lines = []
    for outcome in outcomes:
        if not outcome.strict:
            kind, read = "aceita" if outcome.lenient else "ERRO  ", outcome.read
            confidence = written(read.confidence, NUMBER)
            lines.append(f"{kind} {outcome.message.primary} -> {read.intent} {confidence} {read.band}")
            lines.append(f"       {outcome.message.text}")
    return "\n".join(lines)


def _rows(columns: Mapping[str, Sequence[Outcome]], difference: bool) -> list[tuple[str, list[str]]]:
    measured = [figures(outcomes) for outcomes in columns.values()]
    rows = []
    for name, (title, kind) in ROWS.items():
        found = [each[name] for each in measured]
        values = [written(value, kind) for value in found]
        rows.append((title, [*values, *([_gap(found[0], found[-1], kind)] if difference else [])]))
    return rows


def _gap(first: float | None, last: float | None, kind: str) -> str:
    if first is None or last is None:
        return _ABSENT
    text = written(last - first, kind).removesuffix(" %")
    return text if text.startswith("-") else f"+{text}"
