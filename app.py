"""The web process: doors, console and, without a real token, the simulated WhatsApp; served by gunicorn."""

from __future__ import annotations

import logging
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from types import FrameType
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wsgi import ClosingIterator

from core import log as logs
from core.db import Database
from core.errors import Unreachable
from core.settings import Settings, SettingsError
from demo import people
from handoff.console import STREAMS, console_blueprint
from models.provider import Provider
from provisioning.device_admin import test_device
from webhooks.alarms import alarms_blueprint
from webhooks.api import api_blueprint
from webhooks.health import health_blueprint
from webhooks.metrics import metrics_blueprint
from webhooks.payments import payments_blueprint
from webhooks.simulator import simulator_blueprints
from webhooks.simulator.twilio_control import twilio_blueprints
from webhooks.twilio import twilio_blueprint
from webhooks.whatsapp import whatsapp_blueprint
from wiring import Wiring, build
from wiring_desk import sentences_of, sign_on_of
from wiring_gateway import gateway_of
from wiring_network import plant_of, vault_of
from wiring_settings import LOCAL, read_settings

log = logging.getLogger("web")

# Meta's bodies go up to 3 MB; refusing a larger one means that Meta repeats it for days and then drops it.
BODY_LIMIT = 4 * 1024 * 1024
SIMULATED_NUMBER = "551230001000"
# How long a thread waits for the next bytes of a request that has begun.
SILENCE_SECONDS = 5
# How long one waits for a client that takes nothing of what it is sent.
DEAF_SECONDS = 30


def create_app(settings: Settings) -> Flask:
    """The Flask application. Opens no connection until the first request, except for the simulator's demo people."""
    wiring = build(settings, pool_size=settings.web_threads)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.wsgi_app = Turnstile(app.wsgi_app, settings.web_threads)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.register_blueprint(
        whatsapp_blueprint(db=wiring.db, app_secret=settings.meta_app_secret, verify_token=settings.meta_verify_token)
    )
    app.register_blueprint(
        twilio_blueprint(
            db=wiring.db, auth_token=settings.twilio_auth_token, public_url=settings.public_url, links=wiring.links
        )
    )
    app.register_blueprint(_console(settings, wiring))
    app.register_blueprint(health_blueprint(db=wiring.db, checks={"nlu": wiring.parser.ready}))
    app.register_blueprint(
        metrics_blueprint(db=wiring.db, token=settings.metrics_token, public_url=settings.public_url)
    )
    app.register_blueprint(api_blueprint(db=wiring.db, language=settings.customer_language))
    app.register_blueprint(alarms_blueprint(db=wiring.db, token=settings.alarms_token))
    gateway = gateway_of(settings)
    app.register_blueprint(payments_blueprint(db=wiring.db, gateways={settings.gateway: gateway} if gateway else {}))
    if settings.simulated_channel:
        _add_simulator(app, settings, wiring.db)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.add_url_rule("/", "start", lambda: redirect("/simulator" if settings.simulated_channel else "/console"))
    return app


def _console(settings: Settings, wiring: Wiring) -> Blueprint:
    return console_blueprint(
        db=wiring.db,
        secret_key=settings.secret_key,
        public_url=settings.public_url,
        store=wiring.store,
        language=settings.customer_language,
        vault=vault_of(settings),
        probe=partial(test_device, plant=plant_of(settings, wiring.db)),
        own_erp=settings.erp == LOCAL,
        sso=sign_on_of(settings),
        streams=settings.console_streams,
        loopback_hooks=settings.simulated_channel,
        sentences=sentences_of(),
    )


def _too_large(error: RequestEntityTooLarge) -> Response:
    log.error(
        "a body of %s bytes was refused: the limit is %s. If Meta sent it, raise BODY_LIMIT in app.py and the proxy's "
        "limit (client_max_body_size)",
        request.content_length,
        BODY_LIMIT,
    )
    return Response("body too large\n", 413, mimetype="text/plain")


def _add_simulator(app: Flask, settings: Settings, db: Database) -> None:
    blueprints = simulator_blueprints(
        store_path=settings.data_dir / "simulator.sqlite3",
        base_url=f"http://127.0.0.1:{settings.port}",
        app_secret=settings.meta_app_secret,
        access_token=settings.graph_token,
        phone_number_id=settings.meta_phone_number_id,
        display_phone=SIMULATED_NUMBER,
        provider_name=_provider_name(db),
        people=people(),
        bank_token=settings.meta_app_secret if settings.simulated_gateway else "",
    )
    if settings.simulated_twilio:
        blueprints += twilio_blueprints(
            store_path=settings.data_dir / "simulated_twilio.sqlite3",
            base_url=f"http://127.0.0.1:{settings.port}",
            public_url=settings.public_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            messaging_service=settings.twilio_messaging_service_sid,
        )
    for blueprint in blueprints:
        app.register_blueprint(blueprint)


def _provider_name(db: Database) -> str:
    """The name for the phone page's header. A database that is away for a moment must not keep the web from starting:
    gunicorn gives up for good on a process that cannot start."""
    try:
        with db.reading() as session:
            return session.scalars(select(Provider.name)).first() or "Religa"
    except Unreachable:
        return "Religa"


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turnstile:
    """Lets so many requests in at once, each with a thread; open consoles pass by, which wait with theirs."""

    def __init__(self, app: Wsgi, most: int) -> None:
        self._app, self._free = app, threading.BoundedSemaphore(most)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serves a request; its place is free once the answer was sent."""
        if environ.get("PATH_INFO") == "/console/stream":
            return self._app(environ, start_response)
        with ExitStack() as place:
            place.enter_context(self._free)
            answer = self._app(environ, start_response)
            return ClosingIterator(answer, place.pop_all().close)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, of which none waits for a client that is connected and silent: the event loop does."""

    def enqueue_req(self, conn: TConn) -> None:
        """Gives a connection to a thread once it has sent something, and the thread back when it falls silent."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_SECONDS, 0))
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", DEAF_SECONDS, 0))
        nothing_yet: Future[object] = Future()
        nothing_yet.set_result(_DEFER)
        self.finish_request(conn, nothing_yet)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Open consoles are let go, which would otherwise hold the process; there are none before the start is done."""
        self._let_consoles_go()
        super().handle_exit(sig, frame)

    def is_parent_alive(self) -> bool:
        """So they are where the process above was killed, which tells nobody to stop."""
        alive: bool = super().is_parent_alive()
        if not alive:
            self._let_consoles_go()
        return alive

    def _let_consoles_go(self) -> None:
        if app := getattr(self, "wsgi", None):
            app.extensions[STREAMS].close()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings instead of a configuration file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Threads: a request spends its time waiting for the database's commit."""
        options = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._settings.web_processes,
            "worker_class": PatientWorker,
            "threads": self._settings.web_threads + self._settings.console_streams,
            "worker_connections": 1000 + self._settings.console_streams,
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 10,
            "backlog": 1024,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Built in each process, after the fork."""
        logs.configure(as_json=self._settings.log_json)
        return create_app(self._settings)


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    logs.configure(as_json=settings.log_json)
    Server(settings).run()


if __name__ == "__main__":
    main()
