"""The door for Prometheus: what waits, what failed, what it costs, and how the number is doing."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from core.db import Database
from core.errors import Unreachable
from core.http import is_loopback
from webhooks.figures import Figure, read_figures

# What a proxy adds, one or the other by its configuration.
OF_PROXIES = ("X-Forwarded-For", "Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via")


def metrics_blueprint(*, db: Database, token: str, public_url: str) -> Blueprint:
    """/metrics in Prometheus's text form: 403 without the right Bearer token; 503 while the database does not answer.

    Where no token is set it answers this machine alone, and only where `public_url` says that nobody else is served: a
    proxy in front asks from this machine for anybody, and need not say so.
    """
    open_here = is_loopback(urlsplit(public_url).hostname or "")
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get("/metrics")
    def metrics() -> Response:
        if not (_has(token) if token else open_here and _asked_here()):
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


def _has(token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode())


def _asked_here() -> bool:
    return is_loopback(request.remote_addr or "") and not any(name in request.headers for name in OF_PROXIES)
