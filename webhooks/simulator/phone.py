"""The phone page: a chat as people know it, in the hands of whichever customer is picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from webhooks.simulator.attachments import LARGEST, attachment
from webhooks.simulator.courier import Courier
from webhooks.simulator.headers import guard
from webhooks.simulator.messages import ChatMessage, options_of, summary_of
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.people import Person, Phone, typed_number
from webhooks.simulator.shapes import media_view
from webhooks.simulator.store import Store

SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png", "image/webp", "audio/", "video/")
LONGEST_TEXT = 4096
VOICE_SAMPLE = "recado.ogg"


@dataclass(frozen=True)
class PageFacts:
    """What the page's header says. `display_phone` in digits; `timezone` an IANA name for the time stamps."""

    provider_name: str
    display_phone: str
    timezone: str = "America/Sao_Paulo"


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
    _writing(phone, store, courier)
    return phone


def _page(phone: Blueprint, store: Store, facts: PageFacts) -> None:
    @phone.get("/")
    def page() -> str:
        return render_template("simulator/phone.html", facts=facts)

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
        return jsonify({"chats": _picker(store, clock())})

    @phone.post("/api/chats")
    def new_chat() -> Response:
        wanted = _json()
        number = typed_number(str(wanted.get("number", "")))
        if number is None:
            abort(400, "Digite o número com DDD, por exemplo (12) 98111-9999.")
        name = str(wanted.get("name") or "").strip()[:60]
        known = store.find_phone(number)
        person = known or store.introduce(Person(name or f"+{number}", number, "Número digitado"))
        return jsonify({"key": person.user_id, "wa_id": person.wa_id, "chats": _picker(store, clock())})

    @phone.get("/api/chats/<key>")
    def updates(key: str) -> Response:
        found = _phone_or_404(store, key)
        after = request.args.get("after", 0, type=int)
        messages = [_bubble(store, message) for message in store.chat(found.wa_id, after)]
        typing = found.typing_until > clock().timestamp()
        return jsonify({"messages": messages, "typing": typing, "chats": _picker(store, clock())})

    @phone.post("/api/chats/<key>/seen")
    def seen(key: str) -> Response:
        up_to = _json().get("seq")
        if not isinstance(up_to, int):
            abort(400)
        if store.read_by_customer(_phone_or_404(store, key).wa_id, up_to):
            courier.wake()
        return jsonify({})


def _writing(phone: Blueprint, store: Store, courier: Courier) -> None:
    @phone.post("/api/chats/<key>/messages")
    def write(key: str) -> Response:
        found = _phone_or_404(store, key)
        kind, content = _written(store, found, _json())
        message = store.add_from_customer(found, kind, content)
        courier.wake()
        return jsonify({"message": _bubble(store, message)})

    @phone.post("/api/chats/<key>/files")
    def attach(key: str) -> Response:
        found = _phone_or_404(store, key)
        file = request.files.get("file")
        if file is None:
            abort(400, "Nenhum arquivo recebido.")
        body = file.read()
        if not body:
            abort(400, "O arquivo está vazio.")
        kind, mime_type, filename = attachment(body, file.filename or "", file.mimetype or "")
        content = media_view(store.media.put(body, mime_type, filename))
        content |= {"text": request.form.get("caption", "")[:1024], "voice": request.form.get("voice") == "1"}
        message = store.add_from_customer(found, kind, content)
        courier.wake()
        return jsonify({"message": _bubble(store, message)})


def _written(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = wanted.get("type")
    if kind == "text":
        text = str(wanted.get("text", "")).rstrip()
        if not 1 <= len(text) <= LONGEST_TEXT:
            abort(400, f"A mensagem precisa ter de 1 a {LONGEST_TEXT} caracteres.")
        return "text", {"text": text}
    if kind == "location":
        return "location", _place(wanted)
    if kind == "option":
        return _tapped(store, phone, wanted)
    abort(400, "Tipo de mensagem desconhecido.")


def _place(wanted: Mapping[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {key: str(wanted.get(key, ""))[:200] for key in ("name", "address")}
    for key, bound in (("latitude", 90), ("longitude", 180)):
        value = wanted.get(key)
        if not isinstance(value, int | float) or abs(value) > bound:
            abort(400, "Localização inválida.")
        place[key] = float(value)
    return place


def _tapped(store: Store, phone: Phone, wanted: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    message = store.message(str(wanted.get("message_id", "")))
    if message is None or message.phone != phone.wa_id:
        abort(404, "Essa mensagem não está nesta conversa.")
    option = options_of(message).get(str(wanted.get("option_id", "")))
    if option is None:
        abort(400, "Essa opção não existe.")
    content = {"option_id": option["id"], "text": option["title"], "reply_to": message.id}
    if option.get("description"):
        content["description"] = option["description"]
    return "button_reply" if message.kind == "buttons" else "list_reply", content


def _bubble(store: Store, message: ChatMessage) -> dict[str, Any]:
    quoted = store.message(message.content["reply_to"]) if message.content.get("reply_to") else None
    return {
        "id": message.id,
        "seq": message.seq,
        "revision": message.revision,
        "author": message.author,
        "kind": message.kind,
        "status": message.status,
        "at": message.created_at.isoformat(),
        "content": dict(message.content),
        "quote": {"author": quoted.author, "text": summary_of(quoted)[:200]} if quoted else None,
    }


def _picker(store: Store, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "key": chat.phone.user_id,
            "wa_id": chat.phone.wa_id,
            "name": chat.phone.name,
            "note": chat.phone.note,
            "unread": chat.unread,
            "typing": chat.phone.typing_until > now.timestamp(),
            "last": {
                "text": summary_of(chat.last)[:120],
                "author": chat.last.author,
                "status": chat.last.status,
                "at": chat.last.created_at.isoformat(),
            }
            if chat.last
            else None,
        }
        for chat in store.chats()
    ]


def _phone_or_404(store: Store, key: str) -> Phone:
    # The page addresses phones by their user id, so that no number stands in an access log.
    found = store.find_phone(key)
    if found is None:
        abort(404, "Número desconhecido.")
    return found


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "Esperado um objeto JSON.")
    return body


def _allow_attachments() -> None:
    request.max_content_length = LARGEST


def _complaint(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500
