"""The phone page: a chat as people know it, in the hands of whichever customer is picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from webhooks.simulator.attachments import LARGEST
from webhooks.simulator.courier import Courier
from webhooks.simulator.failures import MODES
from webhooks.simulator.headers import guard
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.people import Person, typed_number
from webhooks.simulator.phone_acts import acting_routes
from webhooks.simulator.phone_view import bubble, json_object, phone_or_404, picker
from webhooks.simulator.phone_writing import writing_routes
from webhooks.simulator.store import Store

SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp", "audio/", "video/")


@dataclass(frozen=True)
class PageFacts:
    """What the page's header says. `display_phone` in digits; `timezone` an IANA name for the time stamps. `bank`: the
    phone's owner can pay at the pretended bank."""

    provider_name: str
    display_phone: str
    timezone: str = "America/Sao_Paulo"
    bank: bool = False


def phone_blueprint(
    store: Store,
    *,
    facts: PageFacts,
    courier: Courier,
    clock: Callable[[], datetime],
    url_prefix: str = "/simulator",
) -> Blueprint:
    """The page under `url_prefix` and the small JSON interface that its script uses."""
    phone = Blueprint(
        "simulator_phone",
        __name__,
        url_prefix=url_prefix,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    phone.before_request(require_same_origin)
    phone.before_request(_allow_attachments)
    phone.before_app_request(courier.ensure_running)
    phone.after_request(guard)
    phone.register_error_handler(HTTPException, _complaint)
    _page(phone, store, facts)
    _reading(phone, store, courier, clock)
    writing_routes(phone, store, courier)
    acting_routes(phone, store, courier, clock)
    return phone


def _page(phone: Blueprint, store: Store, facts: PageFacts) -> None:
    @phone.get("/")
    def page() -> str:
        return render_template("simulator/phone.html", facts=facts, modes=MODES)

    @phone.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        info = store.media.info(media_id)
        if info is None:
            abort(404)
        # What could run scripts in our origin is only ever handed out as a file to keep.
        inline = info.mime_type.startswith(SHOWN_INLINE)
        answer = Response(store.media.body(media_id), mimetype=info.mime_type if inline else "application/octet-stream")
        name = quote(info.filename or "arquivo")
        answer.headers["Content-Disposition"] = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{name}"
        answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def _reading(phone: Blueprint, store: Store, courier: Courier, clock: Callable[[], datetime]) -> None:
    @phone.get("/api/chats")
    def chats() -> Response:
        return jsonify({"chats": picker(store, clock())})

    @phone.post("/api/chats")
    def new_chat() -> Response:
        wanted = json_object()
        number = typed_number(str(wanted.get("number", "")))
        if number is None:
            abort(400, "Digite o número com DDD, por exemplo (12) 98111-9999.")
        name = str(wanted.get("name") or "").strip()[:60]
        known = store.find_phone(number)
        person = known or store.introduce(Person(name or f"+{number}", number, "Número digitado"))
        return jsonify({"key": person.user_id, "wa_id": person.wa_id, "chats": picker(store, clock())})

    @phone.get("/api/chats/<key>")
    def updates(key: str) -> Response:
        found = phone_or_404(store, key)
        after = request.args.get("after", 0, type=int)
        messages = [bubble(store, message) for message in store.chat(found.wa_id, after)]
        typing = found.typing_until > clock().timestamp()
        return jsonify({"messages": messages, "typing": typing, "chats": picker(store, clock())})

    @phone.post("/api/chats/<key>/seen")
    def seen(key: str) -> Response:
        up_to = json_object().get("seq")
        if not isinstance(up_to, int):
            abort(400)
        if store.read_by_customer(phone_or_404(store, key).wa_id, up_to):
            courier.wake()
        return jsonify({})


def _allow_attachments() -> None:
    request.max_content_length = LARGEST


def _complaint(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500
