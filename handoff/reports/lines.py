"""A report as lines of a table: each figure with its section, whose it is and what it is called in Portuguese."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handoff.reports.report import Report
from handoff.reports.times import BOT, MEASURES, PEOPLE, PERSON, Times
from handoff.sla.standing import KIND_NAMES
from nlu.intent_names import intent_names

UNKNOWN = "(não informado)"
ALL_PEOPLE = "Todas as pessoas"
WHOSE = {
    "bot": "Robô",
    "people": "Pessoas",
    "queue": "Fila",
    "person": "Pessoa",
    "all": "Todos",
    "agent": "Pessoa",
    "cause": "Motivo",
    "cto": "CTO",
}
PRESENCE = {"online": "disponível", "paused": "em pausa"}


@dataclass(frozen=True)
class Line:
    """One figure. `value` is a count, seconds or a score, as `figure` says."""

    section: str
    measure: str
    whose: str
    name: str
    figure: str
    value: float


def lines_of(report: Report) -> Iterator[Line]:
    """Every figure of the report, in the order of its page."""
    for measure in MEASURES:
        for one in report.times[measure.name]:
            yield from _times(report, measure.title, one)
    for kept in report.kept:
        name = KIND_NAMES[kept.kind]
        yield Line("Prazos", name, WHOSE["queue"], kept.queue, "cumpridos", kept.kept)
        yield Line("Prazos", name, WHOSE["queue"], kept.queue, "descumpridos", kept.broken)
    yield from _endings(report)
    for reason in report.reasons:
        title = reason_name(reason.intent)
        yield Line("Motivos", title, "", "", "mensagens", reason.count)
        yield Line("Motivos", title, "", "", "com certeza", reason.sure)
        yield Line("Motivos", title, "", "", "cliente disse não", reason.contradicted)
    for spent in report.presence:
        state = PRESENCE[spent.state] + (f" ({spent.reason})" if spent.reason else "")
        yield Line("Presença", state, WHOSE[PERSON], person(report, spent.agent_id), "segundos", spent.seconds)
    yield from _opinions(report)
    for day in report.days:
        for figure, count in (("abertas", day.opened), ("encerradas", day.closed), ("à fila", day.handed_over)):
            yield Line("Dias", "Conversas", "", f"{day.day:%d/%m/%Y}", figure, count)


def name_of(report: Report, whose: str, key: str) -> str:
    """Whose a figure is, in words."""
    if whose in (BOT, "all"):
        return WHOSE[whose]
    if whose == PEOPLE:
        return ALL_PEOPLE
    if whose in (PERSON, "agent"):
        return person(report, int(key)) if key else WHOSE[BOT]
    return reason_name(key) if whose == "cause" else key or UNKNOWN


def person(report: Report, agent_id: int) -> str:
    """The person's name; one whose account is gone by its number."""
    return report.names.get(agent_id, f"nº {agent_id}")


def reason_name(intent: str) -> str:
    """What an intent is called; one that no longer exists by its own name."""
    return intent_names().get(intent, intent) or UNKNOWN


def _times(report: Report, measure: str, one: Times) -> Iterator[Line]:
    whose, name = WHOSE[one.whose], name_of(report, one.whose, one.key)
    for figure, value in (
        ("quantidade", one.count),
        ("mediana (s)", one.median),
        ("p90 (s)", one.p90),
        ("média (s)", one.average),
    ):
        yield Line("Tempos", measure, whose, name, figure, value)


def _endings(report: Report) -> Iterator[Line]:
    found = report.endings
    for figure, value in (
        ("encerradas", found.ended),
        ("só robô", found.contained),
        ("terminaram no N1", found.levels[0]),
        ("terminaram no N2", found.levels[1]),
        ("chegaram ao N3", found.levels[2]),
    ):
        yield Line("Funil", "Conversas", "", "", figure, value)
    for figure, value in (
        ("só robô", found.contained),
        ("voltaram em 24 h", found.back_24h),
        ("voltaram em 7 dias", found.back_7d),
        ("encerradas há menos de 7 dias", found.settling),
    ):
        yield Line("Contenção", "Conversas", WHOSE[BOT], "", figure, value)
    yield Line("Reabertas", "Conversas", "", "", "reabertas", found.reopened)


def _opinions(report: Report) -> Iterator[Line]:
    for one in report.opinions:
        name = name_of(report, one.whose, one.key)
        for figure, value in (
            ("perguntadas", one.asked),
            ("respondidas", one.answered),
            ("média", one.average),
            ("satisfeitos", one.pleased),
            ("notas baixas", one.low),
        ):
            yield Line("Satisfação", "CSAT", WHOSE[one.whose], name, figure, value)
    nps = report.nps
    for figure, value in (
        ("perguntadas", nps.asked),
        ("9 e 10", nps.promoters),
        ("7 e 8", nps.passives),
        ("0 a 6", nps.detractors),
    ):
        yield Line("Satisfação", "NPS", "", "", figure, value)
