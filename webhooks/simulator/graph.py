"""A stand-in for Meta's Graph API, as strict as the real one: messages, read receipts, media."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from webhooks.simulator.courier import Courier
from webhooks.simulator.failures import FailureMode
from webhooks.simulator.gate import Gate, HungUp, unanswered
from webhooks.simulator.messages import ChatMessage
from webhooks.simulator.meta import BusinessNumber
from webhooks.simulator.people import Person, Phone, spellings
from webhooks.simulator.refusal import Refusal, bad_value, malformed, missing, unknown_object
from webhooks.simulator.shapes import Outgoing, check_message, check_read_receipt
from webhooks.simulator.store import Store
from webhooks.simulator.template_view import Approved
from webhooks.simulator.templates import template_routes

LARGEST_UPLOAD = 100 * 1024 * 1024
SIZES = {"image/": 5, "audio/": 16, "video/": 16, "application/": 100, "text/": 100}
UPLOADS = re.compile(
    r"image/(jpeg|png|webp)|audio/(aac|amr|mpeg|mp4|ogg)|video/(mp4|3gpp)|text/plain"
    r"|application/(pdf|msword|vnd\.[a-z0-9.-]+)"
)
OUTSIDE_WINDOW = 131047
UNDELIVERABLE = 131026
ANY_MEDIA_CALL = frozenset({"500", "503", "190", "hang"})
LOOK_UP_MODES = ANY_MEDIA_CALL | {"gone", "wrong_hash"}
DOWNLOAD_MODES = frozenset({"link_expired", "slow"})


def graph_blueprint(
    store: Store,
    *,
    number: BusinessNumber,
    access_token: str,
    base_url: str,
    courier: Courier,
    templates: Mapping[str, Approved],
    sleep: Callable[[float], None],
    url_prefix: str = "/simulator/graph",
) -> Blueprint:
    """The Graph API under `url_prefix`. `templates` maps approved template names to bodies with {{1}}; when empty,
    those that were handed in count, and while there are none any template name is accepted."""
    graph = Blueprint("simulator_graph", __name__, url_prefix=url_prefix)
    gate = Gate(store, number, access_token, sleep)

    @graph.before_request
    def prepare() -> None:
        request.max_content_length = LARGEST_UPLOAD

    @graph.errorhandler(Refusal)
    def refused(error: Refusal) -> tuple[Response, int]:
        return jsonify(error.body()), error.status

    graph.register_error_handler(HungUp, unanswered)

    @graph.post("/<version>/<phone_id>/messages")
    def messages(version: str, phone_id: str) -> Response:
        gate.check(version, phone_id)
        body = request.get_json(force=True, silent=True)
        if isinstance(body, dict) and "status" in body:
            # Trouble is for what is sent: a read mark does not use it up.
            return jsonify(_mark_read(store, body))
        failure = gate.fail_before("messages")
        outgoing = check_message(body, store.media.info, templates or store.templates.approved())
        answer = _accept(store, outgoing, failure)
        if failure is not None and failure.mode == "status_first":
            courier.carry_first_of(answer["messages"][0]["id"])
        courier.wake()
        return gate.fail_after(failure, jsonify(answer))

    _media_routes(graph, store, number, base_url, gate)
    template_routes(graph, store.templates, store.failures, number.account_id, gate.check)
    return graph


def _media_routes(graph: Blueprint, store: Store, number: BusinessNumber, base_url: str, gate: Gate) -> None:
    @graph.post("/<version>/<phone_id>/media")
    def upload(version: str, phone_id: str) -> Response:
        gate.check(version, phone_id)
        gate.fail_before("media", ANY_MEDIA_CALL)
        return jsonify({"id": _keep(store, request.form, request.files.get("file"))})

    @graph.get("/<version>/<object_id>")
    def look_up(version: str, object_id: str) -> Response:
        gate.check(version, None)
        if object_id == "debug_token":
            return jsonify({"data": {"is_valid": True, "type": "SYSTEM_USER", "expires_at": 0}})
        if object_id == number.phone_number_id:
            return jsonify(_about(number))
        failure = gate.fail_before("media", LOOK_UP_MODES)
        info = store.media.info(object_id)
        if info is None or (failure and failure.mode == "gone"):
            raise unknown_object(object_id)
        path = url_for(".download", token=store.media.link(info.id))
        digest = "0" * 64 if failure and failure.mode == "wrong_hash" else info.sha256
        facts = {"mime_type": info.mime_type, "sha256": digest, "file_size": info.size, "id": info.id}
        return jsonify({"messaging_product": "whatsapp", "url": base_url.rstrip("/") + path} | facts)

    @graph.get("/download/<token>/file")
    def download(token: str) -> Response:
        gate.check_token()
        failure = gate.fail_before("media", DOWNLOAD_MODES)
        info = store.media.follow(token)
        if info is None or (failure and failure.mode == "link_expired"):
            return Response("URL signature expired", 404, mimetype="text/plain")
        body = store.media.body(info.id)
        if failure and failure.mode == "slow":
            headers = {"Content-Length": str(len(body))}
            return Response(gate.dribble(body, failure.seconds), mimetype=info.mime_type, headers=headers)
        return Response(body, mimetype=info.mime_type)


def _mark_read(store: Store, body: Mapping[str, Any]) -> dict[str, bool]:
    message_id, typing = check_read_receipt(body)
    message = store.message(message_id)
    if message is None or message.author != "customer":
        raise Refusal(131009, "(#131009) Parameter value is not valid", "Message id is not valid.")
    store.read_by_business(message, typing=typing)
    return {"success": True}


def _accept(store: Store, outgoing: Outgoing, trouble: FailureMode | None) -> dict[str, Any]:
    asked = outgoing.number or outgoing.user_id or ""
    if outgoing.astray:
        # The real side answers as if all were well and delivers nothing.
        lost = store.add_dropped(outgoing.kind, outgoing.content, outgoing.callback)
        return _answer(asked, None, lost)
    phone = store.find_phone(asked)
    if phone is None and outgoing.number is None:
        raise Refusal(131026, "(#131026) Message undeliverable", "No such user.")
    phone = phone or store.introduce(Person(f"+{asked}", asked))
    if store.failures.standing("strict_limits"):
        store.limits.count(phone.wa_id)
    if trouble is not None and trouble.mode == "rewrite_wa_id":
        phone = store.acts.rewrite(phone, spellings(phone.wa_id)[-1])
    content = dict(outgoing.content)
    if outgoing.reply_to and store.message(outgoing.reply_to):
        content["reply_to"] = outgoing.reply_to
    if outgoing.kind == "reaction" and not store.message(str(content["target"])):
        raise bad_value("reaction['message_id'] is not a message of this chat")
    failure = _fails_later(trouble)
    if failure is None and not content.get("template") and not store.window_is_open(phone.wa_id):
        failure = OUTSIDE_WINDOW
    message = store.add_from_business(phone, outgoing.kind, content, outgoing.callback, failure=failure)
    return _answer(asked, phone, message)


def _fails_later(trouble: FailureMode | None) -> int | None:
    if trouble is not None and trouble.mode in ("undeliverable", "fail_later"):
        return trouble.code or UNDELIVERABLE
    return None


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


def _about(number: BusinessNumber) -> dict[str, Any]:
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone,
        "verified_name": number.name,
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
        "status": "CONNECTED",
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
    }
