"""The console's gate: who comes in, that forms are ours, and what browsers may do with our pages."""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from flask import Blueprint, Response, abort, g, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handoff.console.entrances import FIRST_OF, FOR_STRANGERS, STEPS, opens
from handoff.console.ports import REFUSAL, Ports
from handoff.login.visits import guest_with
from handoff.writing.files import LARGEST

# Whoever sends a file here is signed in, or it is not read any further than this.
WITH_FILES = frozenset({"console.act_send_file", "console.canned_add", "console.canned_save"})
LARGEST_FORM = LARGEST + 1024 * 1024

TOO_OLD = "A página ficou aberta tempo demais e perdeu a validade: recarregue-a e envie de novo."

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(blueprint: Blueprint, ports: Ports) -> None:
    """Puts the gate before every view of the blueprint, and the headers after it."""
    blueprint.before_request(partial(admit, ports))
    blueprint.after_request(_harden)


def admit(ports: Ports) -> AnyResponse | None:
    """Lets the request in, as somebody; otherwise what to answer instead. May be called again while it is served."""
    if request.endpoint == "console.static":
        return None
    visit = ports.sessions.read(request)
    if request.endpoint in WITH_FILES and visit is not None and visit.key:
        request.max_content_length = LARGEST_FORM
    if request.method == "POST" and (visit is None or not visit.has_token(request.form.get("csrf", ""))):
        _too_old()
    g.console_visit = visit or ports.sessions.begin()
    if request.endpoint in FOR_STRANGERS:
        return None
    if visit is None or not visit.key:
        return _sign_in_first()
    with ports.db.transaction() as session:
        guest = guest_with(session, visit.key, ports.now(), clicked=not _refreshes())
    if guest is None:
        return _sign_in_first()
    g.console_guest = guest
    if guest.step and request.endpoint not in STEPS[guest.step]:
        return _go_on("console." + FIRST_OF[guest.step])
    if not guest.step and not opens(guest.who, request.endpoint or ""):
        abort(403, REFUSAL)
    return None


def _refreshes() -> bool:
    """Whether the page asks by itself, without a click: that keeps no session alive."""
    asks = request.headers.get("X-Console") == "live" or "text/event-stream" in request.headers.get("Accept", "")
    return request.method == "GET" and (asks or (request.endpoint or "").endswith("_live"))


def _too_old() -> NoReturn:
    """Ends the request: the page is from before a new sign-in. Scripts keep what was typed, for the page to come."""
    if request.headers.get("X-Console") == "live":
        abort(make_response(jsonify(ok=False, stale=True, problem=TOO_OLD), 400))
    abort(400, TOO_OLD)


def _sign_in_first() -> AnyResponse:
    return _go_on("console.login")


def _go_on(endpoint: str) -> AnyResponse:
    if request.headers.get("X-Console") == "live":
        abort(401)
    return redirect(url_for(endpoint), 303)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
