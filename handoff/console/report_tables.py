"""The tables of a report's page: rows of words, each table with the formula that its figures come from."""

from __future__ import annotations

from dataclasses import dataclass

from handoff.reports import endings, kept, opinions, presence_time, reasons
from handoff.reports.lines import PRESENCE, WHOSE, name_of, person, reason_name
from handoff.reports.report import Report
from handoff.reports.times import BOT, MEASURES, PEOPLE, PERSON, QUEUE, Times
from handoff.sla.standing import KIND_NAMES

ORDER = (BOT, PEOPLE, QUEUE, PERSON)
MOST_REASONS = 15


@dataclass(frozen=True)
class Table:
    """A title, its columns, rows of words whose first is a heading, and how it was reckoned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    formula: str


def tables_of(report: Report) -> list[Table]:
    """Every table, in the order of the page."""
    return [
        _funnel(report),
        _containment(report),
        *(_times(report, name) for name in report.times),
        _kept(report),
        *_opinions(report),
        _reasons(report),
        _presence(report),
    ]


def spoken_seconds(seconds: float) -> str:
    """`12 s`, `3 min 05 s`, `2 h 10 min` or `3 dias 4 h`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 2 * 86400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} dias {whole % 86400 // 3600} h"


def share(part: float, of: float) -> str:
    """`12,5 %`, or a dash where there is nothing to be a part of."""
    return f"{100 * part / of:.1f} %".replace(".", ",") if of else "–"


def _funnel(report: Report) -> Table:
    found, targets = report.endings, report.targets
    people = found.with_people
    n1, n2, n3 = found.levels
    rows = (
        ("Só robô", str(found.contained), "–", "–"),
        ("Terminaram no N1", str(n1), share(n1, people), f"pelo menos {targets.n1_percent} %"),
        ("Terminaram no N2", str(n2), share(n2, people), "–"),
        ("Chegaram ao N3", str(n3), share(n3, people), f"no máximo {targets.n3_percent} %"),
    )
    return Table("Funil", ("Onde", "Conversas", "Das que foram a pessoas", "Meta"), rows, endings.FUNNEL_FORMULA)


def _containment(report: Report) -> Table:
    found = report.endings
    rows = (
        ("Encerradas só pelo robô", str(found.contained), share(found.contained, found.ended)),
        ("Líquida de quem voltou em 24 h", *_net(found.contained, found.back_24h, found.ended)),
        ("Líquida de quem voltou em 7 dias", *_net(found.contained, found.back_7d, found.ended)),
        ("Delas, encerradas há menos de 7 dias", str(found.settling), "ainda podem voltar"),
        ("Conversas reabertas", str(found.reopened), "–"),
    )
    formula = f"{endings.CONTAINMENT_FORMULA} Reabertas: {endings.REOPENED_FORMULA}"
    return Table("Contenção do robô", ("O quê", "Conversas", "De todas as encerradas"), rows, formula)


def _net(contained: int, back: int, ended: int) -> tuple[str, str]:
    return str(contained - back), share(contained - back, ended)


def _times(report: Report, name: str) -> Table:
    measure = next(measure for measure in MEASURES if measure.name == name)

    def place(one: Times) -> tuple[int, str]:
        return ORDER.index(one.whose), name_of(report, one.whose, one.key)

    rows = tuple(
        (
            name_of(report, one.whose, one.key) if one.whose != QUEUE else f"Fila {one.key}",
            str(one.count),
            spoken_seconds(one.median),
            spoken_seconds(one.p90),
            spoken_seconds(one.average),
        )
        for one in sorted(report.times[name], key=place)
    )
    return Table(measure.title, ("De quem", "Quantas", "Mediana", "p90", "Média"), rows, measure.formula)


def _kept(report: Report) -> Table:
    rows = tuple(
        (
            f"{KIND_NAMES[one.kind].capitalize()} · {one.queue}",
            str(one.kept),
            str(one.broken),
            share(one.kept, one.kept + one.broken),
        )
        for one in report.kept
    )
    return Table("Prazos (SLA)", ("Prazo", "Cumpridos", "Descumpridos", "Cumprido"), rows, kept.FORMULA)


def _opinions(report: Report) -> list[Table]:
    rows = tuple(
        (
            f"{WHOSE[one.whose]}: {name}" if one.whose in (QUEUE, "cause", "cto") else name,
            f"{one.answered} de {one.asked}",
            f"{one.average:.1f}".replace(".", ",") if one.answered else "–",
            share(one.pleased, one.answered),
            str(one.low),
        )
        for one in report.opinions
        for name in (name_of(report, one.whose, one.key),)
        if one.asked
    )
    nps = report.nps
    score = "–" if nps.score is None else f"{nps.score:.0f}"
    counts = (str(nps.promoters), str(nps.passives), str(nps.detractors))
    return [
        Table("Satisfação (CSAT)", ("De quem", "Responderam", "Média", "4 e 5", "Baixas"), rows, opinions.CSAT_FORMULA),
        Table(
            "Indicação (NPS)",
            ("NPS", "Responderam", "9 e 10", "7 e 8", "0 a 6"),
            ((score, f"{nps.answered} de {nps.asked}", *counts),) if nps.asked else (),
            opinions.NPS_FORMULA,
        ),
    ]


def _reasons(report: Report) -> Table:
    total = sum(one.count for one in report.reasons)
    rows = tuple(
        (
            reason_name(one.intent).capitalize(),
            str(one.count),
            share(one.count, total),
            share(one.sure, one.count),
            str(one.contradicted),
        )
        for one in report.reasons[:MOST_REASONS]
    )
    columns = ("Motivo", "Mensagens", "De todas", "Com certeza", "Cliente disse não")
    return Table("Motivos de contato", columns, rows, reasons.FORMULA)


def _presence(report: Report) -> Table:
    rows = tuple(
        (
            f"{person(report, one.agent_id)}: {PRESENCE[one.state]}" + (f" ({one.reason})" if one.reason else ""),
            spoken_seconds(one.seconds),
            str(one.times),
        )
        for one in report.presence
    )
    return Table("Presença e pausas", ("Quem", "Tempo", "Vezes"), rows, presence_time.FORMULA)
