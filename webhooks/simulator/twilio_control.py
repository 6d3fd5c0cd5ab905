"""The simulated Twilio as a whole, and the address by which it is rehearsed with: customers write, things go wrong."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from core.http import make_session
from webhooks.simulator.database import Database
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.twilio_api import twilio_api_blueprint
from webhooks.simulator.twilio_desk import TwilioDesk
from webhooks.simulator.twilio_mail import TwilioMail
from webhooks.simulator.twilio_message_rules import ADDRESS
from webhooks.simulator.twilio_store import Letter, TwilioStore

PREFIX = "/simulator/twilio"
MODES = {
    "messages": {
        "500": "responde 500",
        "20429": "responde 429: chamadas demais",
        "20003": "responde 401: token recusado",
        "63018": "responde 429: limite do remetente",
        "63024": "responde 400: destinatário inválido",
        "failed_63016": "aceita, e o recibo diz que falhou: fora da janela (qualquer código de cinco dígitos serve)",
        "hang": "espera `seconds` e segue como sempre",
        "slow_answer": "aceita na hora, responde depois de `seconds`",
        "drop_connection": "aceita, e fecha a conexão sem responder",
    },
    "content": {"500": "responde 500", "20003": "responde 401: token recusado", "20001": "recusa o conteúdo"},
    "list": {"500": "responde 500", "20429": "responde 429: chamadas demais"},
    "media": {"500": "responde 500"},
    "webhooks": {
        "duplicate": "entrega o webhook duas vezes",
        "lost": "não entrega o webhook",
        "late": "entrega o webhook `seconds` depois, atrás de outros",
    },
}


def _now() -> datetime:
    return datetime.now(UTC)


def twilio_blueprints(
    *,
    store_path: Path,
    base_url: str,
    public_url: str,
    account_sid: str,
    auth_token: str,
    sender: str,
    messaging_service: str = "",
    clock: Callable[[], datetime] = _now,
    sleep: Callable[[float], None] = time.sleep,
    in_background: bool = True,
) -> list[Blueprint]:
    """Everything of the simulated Twilio, to be registered without a prefix: the API under /simulator/twilio, which
    TWILIO_API_URL and TWILIO_CONTENT_URL may name, and its control beside it.

    `base_url` is where this app answers on loopback, `public_url` the address that is signed. `store_path` is the
    simulator's own file. Without `in_background` webhooks wait until the control is told to carry them.
    """
    store = TwilioStore(Database(store_path), clock)
    mail = TwilioMail(
        store, make_session(), account_sid=account_sid, auth_token=auth_token, public_url=public_url, base_url=base_url
    )
    senders = frozenset(filter(None, (sender, messaging_service)))
    desk = TwilioDesk(
        store, account_sid=account_sid, auth_token=auth_token, senders=senders, sender=sender, sleep=sleep
    )
    blueprints = [twilio_api_blueprint(desk, base_url=base_url), _control_blueprint(desk, mail, base_url)]
    if in_background:
        for blueprint in blueprints:
            blueprint.before_request(mail.ensure_running)
    return blueprints


def _control_blueprint(desk: TwilioDesk, mail: TwilioMail, base_url: str) -> Blueprint:
    """`GET` tells the state. `POST` with a JSON object does what it holds, in this order, and tells the state:
    `clear` forgets trouble; `mode`, `on`, `next`, `seconds` queue some; `write` is a message of a customer's (`from`,
    `text`, `profile`, `button` {id, title}, `media` [{mime_type, base64}], `silent` for one whose webhook is lost);
    `read` is a sid that the customer has read; `carry` posts the webhooks that are due."""
    control = Blueprint("simulator_twilio_control", __name__, url_prefix=f"{PREFIX}/control")
    control.before_request(require_same_origin)
    store = desk.store

    @control.get("")
    def state() -> Response:
        return jsonify(_state(store))

    @control.post("")
    def change() -> Response:
        wanted = request.get_json(force=True, silent=True)
        if not isinstance(wanted, dict):
            abort(400, "Send a JSON object.")
        if wanted.get("clear"):
            store.clear_trouble()
        if "mode" in wanted:
            _add_trouble(store, wanted)
        if "write" in wanted:
            _write(desk, wanted["write"], base_url)
        if "read" in wanted and store.message(str(wanted["read"])):
            store.owe(Letter(str(wanted["read"]), "read", None))
        if wanted.get("carry"):
            mail.carry_due()
        return jsonify(_state(store))

    return control


def _add_trouble(store: TwilioStore, wanted: Mapping[str, Any]) -> None:
    scope, mode = str(wanted.get("on", "messages")), str(wanted["mode"])
    times, seconds = wanted.get("next", 1), wanted.get("seconds", 0)
    later = scope == "messages" and mode.startswith("failed_") and mode.removeprefix("failed_").isdigit()
    if not later and mode not in MODES.get(scope, {}):
        abort(400, f"Unknown mode {mode!r} on {scope!r}; known: { {name: sorted(MODES[name]) for name in MODES} }")
    if not isinstance(times, int) or not 1 <= times <= 10_000:
        abort(400, "next must be a whole number from 1 to 10000")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= 120:
        abort(400, "seconds must be from 0 to 120")
    store.add_trouble(scope, mode, float(seconds), times)


def _write(desk: TwilioDesk, wanted: Any, base_url: str) -> None:
    if not isinstance(wanted, dict) or not ADDRESS.fullmatch(str(wanted.get("from", ""))):
        abort(400, "write needs from: whatsapp:+55... or whatsapp:BR.123")
    files = [_file(one) for one in wanted.get("media", ())]
    button = wanted.get("button") or {}
    body = str(button.get("title") or wanted.get("text", ""))
    tapped = {"ButtonText": body, "ButtonPayload": str(button.get("id", "")), "MessageType": "button"} if button else {}
    message = desk.store.add_message(
        direction="inbound",
        sender=wanted["from"],
        recipient=desk.sender,
        body=body,
        fields={"ProfileName": str(wanted.get("profile", "")), "NumMedia": str(len(files)), **tapped},
    )
    root = f"{base_url}{PREFIX}/2010-04-01/Accounts/{desk.account_sid}/Messages/{message.sid}/Media"
    told = {}
    for place, (mime_type, data) in enumerate(files):
        told[f"MediaUrl{place}"] = f"{root}/{desk.store.add_media(message.sid, mime_type, data)}"
        told[f"MediaContentType{place}"] = mime_type
    if told:
        family = files[0][0].partition("/")[0]
        told["MessageType"] = family if family in {"image", "video", "audio"} else "document"
        desk.store.tell(message.sid, told)
    if not wanted.get("silent"):
        desk.store.owe(Letter(message.sid, "received", None))


def _file(given: Any) -> tuple[str, bytes]:
    try:
        return str(given["mime_type"]), base64.b64decode(given["base64"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        abort(400, "a file needs mime_type and base64")


def _state(store: TwilioStore) -> dict[str, Any]:
    return {
        "messages": [asdict(message) for message in reversed(store.messages())],
        "contents": store.contents(),
        "webhooks_waiting": store.letters_waiting(),
        "modes": MODES,
    }
