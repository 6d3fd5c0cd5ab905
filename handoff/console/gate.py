"""The console's gate: who comes in, that forms are ours, and what browsers may do with our pages."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from handoff.access import Attendant
from handoff.accounts import attendant_with
from handoff.console.ports import Ports
from handoff.network_permits import may
from handoff.writing.files import LARGEST

OPEN = frozenset({"console.static", "console.login", "console.sign_in"})
FOR_EVERYBODY = frozenset({"console.logout"})
# All that opens for technicians, who stand in the street: what they need to have an ONU installed.
FOR_TECHNICIANS = frozenset({"console.onus", "console.onus_live", "console.onus_look", "console.onus_ask"})

# Whoever sends a file here is signed in, or it is not read any further than this.
WITH_FILES = frozenset({"console.act_send_file", "console.canned_add", "console.canned_save"})
LARGEST_FORM = LARGEST + 1024 * 1024

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
    blueprint.before_request(partial(_admit, ports))
    blueprint.after_request(_harden)


def _admit(ports: Ports) -> AnyResponse | None:
    if request.endpoint == "console.static":
        return None
    visit = ports.sessions.read(request)
    if request.endpoint in WITH_FILES and visit is not None and visit.agent_id is not None:
        request.max_content_length = LARGEST_FORM
    if request.method == "POST" and (visit is None or not visit.has_token(request.form.get("csrf", ""))):
        abort(400, "O formulário perdeu a validade. Volte, recarregue a página e tente de novo.")
    g.console_visit = visit or ports.sessions.begin()
    if request.endpoint in OPEN:
        return None
    if visit is None or visit.agent_id is None:
        return _sign_in_first()
    with ports.db.transaction() as session:
        who = attendant_with(session, visit.agent_id, visit.stamp)
    if who is None:
        return _sign_in_first()
    g.console_attendant = who
    if not (who.uses_console or request.endpoint in _open_to(who)):
        abort(403, "Seu perfil é de campo: as conversas ficam com o atendimento.")
    return None


def _open_to(who: Attendant) -> frozenset[str]:
    return FOR_EVERYBODY | FOR_TECHNICIANS if may(who, "onu.ask") else FOR_EVERYBODY


def _sign_in_first() -> AnyResponse:
    if request.headers.get("X-Console") == "live":
        abort(401)
    return redirect(url_for("console.login"), 303)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
