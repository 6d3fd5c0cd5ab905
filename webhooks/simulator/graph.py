"""A stand-in for Meta's Graph API, as strict as the real one: messages, read receipts, media."""

from __future__ import annotations

import hmac
import re
import socket
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from webhooks.simulator.courier import Courier
from webhooks.simulator.failures import FailureMode
from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.meta import BusinessNumber
from webhooks.simulator.people import Person, Phone
from webhooks.simulator.refusal import Refusal, bad_token, bad_value, malformed, missing, switched_on, unknown_object
from webhooks.simulator.shapes import Outgoing, check_message, check_read_receipt
from webhooks.simulator.store import Store

LARGEST_UPLOAD = 100 * 1024 * 1024
SIZES = {"image/": 5, "audio/": 16, "video/": 16, "application/": 100, "text/": 100}
UPLOADS = re.compile(
    r"image/(jpeg|png|webp)|audio/(aac|amr|mpeg|mp4|ogg)|video/(mp4|3gpp)|text/plain"
    r"|application/(pdf|msword|vnd\.[a-z0-9.-]+)"
)
OUTSIDE_WINDOW = 131047
UNDELIVERABLE = 131026


def graph_blueprint(
    store: Store,
    *,
    number: BusinessNumber,
    access_token: str,
    base_url: str,
    courier: Courier,
    templates: Mapping[str, str],
    sleep: Callable[[float], None],
    url_prefix: str = "/simulator/graph",
) -> Blueprint:
    """The Graph API under `url_prefix`. `templates` maps approved template names to bodies with {{1}}; when empty,
    any template name is accepted."""
    graph = Blueprint("simulator_graph", __name__, url_prefix=url_prefix)
    gate = _Gate(store, number, access_token, sleep)

    @graph.before_request
    def prepare() -> None:
        request.max_content_length = LARGEST_UPLOAD

    @graph.errorhandler(Refusal)
    def refused(error: Refusal) -> tuple[Response, int]:
        return jsonify(error.body()), error.status

    @graph.post("/<version>/<phone_id>/messages")
    def messages(version: str, phone_id: str) -> Response:
        gate.check(version, phone_id)
        failure = gate.fail_before("messages")
        body = request.get_json(force=True, silent=True)
        if isinstance(body, dict) and "status" in body:
            return jsonify(_mark_read(store, body))
        outgoing = check_message(body, store.media.info, templates)
        answer = _accept(store, outgoing, undeliverable=failure is not None and failure.mode == "undeliverable")
        courier.wake()
        return gate.fail_after(failure, jsonify(answer))

    _media_routes(graph, store, number, base_url, gate)
    return graph


def _media_routes(graph: Blueprint, store: Store, number: BusinessNumber, base_url: str, gate: _Gate) -> None:
    @graph.post("/<version>/<phone_id>/media")
    def upload(version: str, phone_id: str) -> Response:
        gate.check(version, phone_id)
        gate.fail_before("media")
        return jsonify({"id": _keep(store, request.form, request.files.get("file"))})

    @graph.get("/<version>/<object_id>")
    def look_up(version: str, object_id: str) -> Response:
        gate.check(version, None)
        if object_id == number.phone_number_id:
            return jsonify(_about(number))
        gate.fail_before("media")
        info = store.media.info(object_id)
        if info is None:
            raise unknown_object(object_id)
        path = url_for(".download", token=store.media.link(info.id))
        facts = {"mime_type": info.mime_type, "sha256": info.sha256, "file_size": info.size, "id": info.id}
        return jsonify({"messaging_product": "whatsapp", "url": base_url.rstrip("/") + path} | facts)

    @graph.get("/download/<token>/file")
    def download(token: str) -> Response:
        gate.check_token()
        info = store.media.follow(token)
        if info is None:
            return Response("URL signature expired", 404, mimetype="text/plain")
        return Response(store.media.body(info.id), mimetype=info.mime_type)


class _Gate:
    """What every call passes: token, version, number, and failures that were switched on."""

    def __init__(self, store: Store, number: BusinessNumber, access_token: str, sleep: Callable[[float], None]) -> None:
        self._store = store
        self._number = number
        self._access_token = access_token
        self._sleep = sleep

    def check_token(self) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(token.encode(), self._access_token.encode()):
            raise bad_token()

    def check(self, version: str, phone_id: str | None) -> None:
        self.check_token()
        if not re.fullmatch(r"v[0-9]{2}\.[0-9]", version):
            raise Refusal(2500, f"Unknown path components: /{version}")
        if phone_id is not None and phone_id != self._number.phone_number_id:
            raise unknown_object(phone_id)

    def fail_before(self, scope: str) -> FailureMode | None:
        """Raises or waits when a failure is switched on that shows before the work; else hands it on."""
        failure = self._store.failures.take(scope)
        if failure is None:
            return None
        if failure.mode == "hang":
            self._sleep(failure.seconds)
        elif failure.mode not in ("slow_answer", "drop_connection", "undeliverable"):
            raise switched_on(failure.mode)
        return failure

    def fail_after(self, failure: FailureMode | None, answer: Response) -> Response:
        """The answer, late or never when such a failure is switched on."""
        if failure is not None and failure.mode == "slow_answer":
            self._sleep(failure.seconds)
        if failure is not None and failure.mode == "drop_connection":
            return _hang_up(answer)
        return answer


def _hang_up(answer: Response) -> Response:
    """Closes the connection under the server. Where the server does not hand out its socket, the answer breaks off."""
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
        return answer
    return Response(iter([b"{"]), headers={"Content-Length": "1000", "Connection": "close"})


def _mark_read(store: Store, body: Mapping[str, Any]) -> dict[str, bool]:
    message_id, typing = check_read_receipt(body)
    message = store.message(message_id)
    if message is None or message.author != "customer":
        raise Refusal(131009, "(#131009) Parameter value is not valid", "Message id is not valid.")
    store.read_by_business(message, typing=typing)
    return {"success": True}


def _accept(store: Store, outgoing: Outgoing, *, undeliverable: bool) -> dict[str, Any]:
    asked = outgoing.number or outgoing.user_id or ""
    if outgoing.astray:
        # The real side answers as if all were well and delivers nothing.
        lost = store.add_dropped(outgoing.kind, outgoing.content, outgoing.callback)
        return _answer(asked, None, lost)
    phone = store.find_phone(asked)
    if phone is None and outgoing.number is None:
        raise Refusal(131026, "(#131026) Message undeliverable", "No such user.")
    phone = phone or store.introduce(Person(f"+{asked}", asked))
    content = dict(outgoing.content)
    if outgoing.reply_to and store.message(outgoing.reply_to):
        content["reply_to"] = outgoing.reply_to
    if outgoing.kind == "reaction" and not store.message(str(content["target"])):
        raise bad_value("reaction['message_id'] is not a message of this chat")
    failure = UNDELIVERABLE if undeliverable else None
    if failure is None and not content.get("template") and not store.window_is_open(phone.wa_id):
        failure = OUTSIDE_WINDOW
    message = store.add_from_business(phone, outgoing.kind, content, outgoing.callback, failure=failure)
    return _answer(asked, phone, message)


def _answer(asked: str, phone: Phone | None, message: ChatMessage) -> dict[str, Any]:
    contact = {"input": asked}
    if phone is None:
        contact["wa_id"] = asked
    else:
        contact["user_id"] = phone.user_id
    if phone is not None and not phone.hides_number:
        contact["wa_id"] = phone.wa_id
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message.id}]}


def _keep(store: Store, form: Mapping[str, str], file: FileStorage | None) -> str:
    if form.get("messaging_product") != "whatsapp":
        raise Refusal(100, "(#100) The parameter messaging_product is required.")
    if file is None:
        raise missing("file")
    kind = (form.get("type") or file.mimetype or "").partition(";")[0].strip()
    if not UPLOADS.fullmatch(kind):
        raise malformed(f"Param file must be a file with one of the supported types. Received file of type '{kind}'.")
    body = file.read()
    limit = next(size for start, size in SIZES.items() if kind.startswith(start))
    if not body or len(body) > limit * 1024 * 1024:
        raise Refusal(131053, "(#131053) Media upload error", f"The file must have 1 byte to {limit} MB.")
    return store.media.put(body, kind, file.filename or "arquivo").id


def _about(number: BusinessNumber) -> dict[str, str]:
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone,
        "verified_name": number.name,
        "quality_rating": "GREEN",
    }
