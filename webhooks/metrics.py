"""The door for Prometheus: what waits, what failed, what it costs, and how the number is doing."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Iterable, Iterator

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from core.db import Database
from core.errors import Unreachable
from webhooks.figures import Figure, read_figures

# What a proxy adds, one or the other by its configuration.
OF_PROXIES = ("X-Forwarded-For", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")


def metrics_blueprint(*, db: Database, token: str) -> Blueprint:
    """/metrics in Prometheus's text form: 403 without the right Bearer token, or, where none is set, to anybody who
    does not ask from this machine without a proxy in between; 503 while the database does not answer."""
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not _allowed(token):
            return Response("forbidden\n", 403, mimetype="text/plain")
        try:
            with db.reading() as session:
                figures = read_figures(session)
        except Unreachable:
            return Response("no database\n", 503, mimetype="text/plain")
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Figures(lambda: figures))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


class _Figures:
    """Hands the figures to the exposition, those of one name together."""

    def __init__(self, read: Callable[[], Iterable[Figure]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._read():
            family = families.get(figure.name)
            if family is None:
                family = GaugeMetricFamily(figure.name, figure.about, labels=list(figure.labels))
                families[figure.name] = family
            family.add_metric(list(figure.labels.values()), figure.value)
        yield from families.values()


def _allowed(token: str) -> bool:
    if token:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode())
    # A proxy on this machine asks from loopback for anybody: it says so.
    if any(name in request.headers for name in OF_PROXIES):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
