"""Reports for supervisors: the figures of a day, a week or some days, each with how it was reckoned; and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from core.dates import local_date
from handoff import audit
from handoff.console.ports import House, Ports, attendant, house, permitted, visit
from handoff.console.report_tables import tables_of
from handoff.reports.charts import Chart, Series, columns
from handoff.reports.csv_file import csv_of
from handoff.reports.lines import lines_of
from handoff.reports.period import DAY, LONGEST_DAYS, SPAN, WEEK, Period, period_of
from handoff.reports.report import Report, read_report

KINDS = {DAY: "Dia", WEEK: "Semana", SPAN: "Período"}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for, and the addresses' words for the one before and after."""

    kind: str
    period: Period
    earlier: dict[str, str]
    later: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        """This period in an address."""
        return _query(self.kind, self.period.first, self.period.last)

    @property
    def title(self) -> str:
        """`05/12/2026`, or from when to when."""
        first, last = self.period.first, self.period.last
        return f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} a {last:%d/%m/%Y}"


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and the file."""
    blueprint.add_url_rule("/reports", "reports", partial(_page, ports))
    blueprint.add_url_rule("/reports.csv", "reports_file", partial(_file, ports))


def _page(ports: Ports) -> Response:
    permitted("report.see")
    place, wanted = _wanted(ports)
    report = read_report(ports.db, wanted.period, ports.now())
    page = render_template(
        "console/reports/reports.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        wanted=wanted,
        kinds=KINDS,
        longest=LONGEST_DAYS,
        report=report,
        charts=_charts(report, local_date(ports.now(), place.zone)),
        tables=tables_of(report),
    )
    return make_response(page)


def _file(ports: Ports) -> Response:
    who = permitted("report.see")
    _, wanted = _wanted(ports)
    body = csv_of(lines_of(read_report(ports.db, wanted.period, ports.now())))
    with ports.db.transaction() as session:
        audit.record(session, who.login, "report.downloaded", "report", **wanted.query)
    response = make_response(body)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"relatorio-{wanted.period.first}-{wanted.period.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _wanted(ports: Ports) -> tuple[House, Wanted]:
    with ports.db.transaction() as session:
        place = house(session)
    today = local_date(ports.now(), place.zone)
    try:
        kind = request.args.get("kind", WEEK)
        day = _date(request.args.get("day"), today)
        period = period_of(kind, day, place.zone, _date(request.args.get("until"), day))
        length = timedelta(days=len(period.days))
        earlier = _query(kind, period.first - length, period.last - length)
        later = _query(kind, period.first + length, period.last + length)
    except (ValueError, OverflowError):
        abort(400, f"Escolha um dia, uma semana ou um período de até {LONGEST_DAYS} dias.")
    return place, Wanted(kind, period, earlier, later)


def _date(told: str | None, otherwise: date) -> date:
    if not told:
        return otherwise
    found = datetime.strptime(told, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, and no moment
    if not 2000 <= found.year <= 2200:
        raise ValueError("day")
    return found


def _query(kind: str, first: date, last: date) -> dict[str, str]:
    return {"kind": kind, "day": f"{first}", **({"until": f"{last}"} if kind == SPAN else {})}


def _charts(report: Report, today: date) -> list[Chart]:
    """The course of the days, as far as they have come, and where conversations ended."""
    past = [day for day in report.days if day.day <= today] or report.days[:1]
    labels = [f"{day.day:%d/%m}" for day in past]
    found = report.endings
    opened = Series("abertas", [day.opened for day in past])
    closed = Series("encerradas", [day.closed for day in past])
    handed = Series("foram à fila", [day.handed_over for day in past])
    levels = Series("conversas", [found.contained, *found.levels])
    return [
        columns("days", "Conversas por dia", labels, opened, closed),
        columns("handed", "Foram para pessoas, por dia", labels, handed),
        columns("funnel", "Onde terminaram", ["Robô", "N1", "N2", "N3"], levels),
    ]
