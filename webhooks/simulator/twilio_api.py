"""A stand-in for Twilio's REST API: the account, messages, their list, and media behind Basic auth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request

from webhooks.simulator.twilio_content_api import content_routes
from webhooks.simulator.twilio_desk import TwilioDesk
from webhooks.simulator.twilio_message_rules import check_sending
from webhooks.simulator.twilio_refusal import TwilioRefusal, not_found
from webhooks.simulator.twilio_store import TwilioMessage


def twilio_api_blueprint(desk: TwilioDesk, *, base_url: str, url_prefix: str = "/simulator/twilio") -> Blueprint:
    """The API under `url_prefix`: TWILIO_API_URL and TWILIO_CONTENT_URL are both `base_url` and this prefix."""
    api = Blueprint("simulator_twilio", __name__, url_prefix=url_prefix)

    @api.errorhandler(TwilioRefusal)
    def refused(error: TwilioRefusal) -> tuple[Response, int]:
        return jsonify(error.body()), error.status

    _account_route(api, desk)
    _message_routes(api, desk)
    _media_routes(api, desk, base_url + url_prefix)
    content_routes(api, desk)
    return api


def _account_route(api: Blueprint, desk: TwilioDesk) -> None:
    @api.get("/2010-04-01/Accounts/<account>.json")
    def about(account: str) -> Response:
        desk.check(account)
        return jsonify({"sid": account, "friendly_name": "Conta de ensaio", "status": "active", "type": "Full"})


def _message_routes(api: Blueprint, desk: TwilioDesk) -> None:
    root = "/2010-04-01/Accounts/<account>/Messages"

    @api.post(f"{root}.json")
    def create(account: str) -> Response:
        desk.check(account)
        trouble = desk.trouble("messages")
        wanted = check_sending(request.form, senders=desk.senders, content=desk.store.content)
        answer = jsonify(desk.about(desk.accept(wanted, trouble[0])))
        answer.status_code = 201
        return desk.answer(answer, trouble)

    @api.get(f"{root}.json")
    def listed(account: str) -> Response:
        desk.check(account)
        desk.trouble("list")
        found = [message for message in desk.store.messages(**_wanted_people()) if _sent_in_time(message)]
        size, page = max(1, min(1000, request.args.get("PageSize", 50, int))), request.args.get("Page", 0, int)
        part = found[page * size : (page + 1) * size]
        more = {**request.args.to_dict(), "Page": str(page + 1), "PageSize": str(size), "PageToken": "PA"}
        further = f"{_own_path()}?{urlencode(more)}" if len(found) > (page + 1) * size else None
        about = [desk.about(message) for message in part]
        return jsonify({"messages": about, "page": page, "page_size": size, "next_page_uri": further})

    @api.get(f"{root}/<sid>.json")
    def one(account: str, sid: str) -> Response:
        desk.check(account)
        message = desk.store.message(sid)
        if message is None:
            raise not_found(request.path)
        return jsonify(desk.about(message))


def _own_path() -> str:
    """The path as Twilio would write it: without where the simulator hangs."""
    return "/2010-04-01" + request.path.partition("/2010-04-01")[2]


def _wanted_people() -> dict[str, str]:
    names = {"To": "recipient", "From": "sender"}
    return {ours: request.args[theirs] for theirs, ours in names.items() if request.args.get(theirs)}


def _sent_in_time(message: TwilioMessage) -> bool:
    after, before = request.args.get("DateSent>"), request.args.get("DateSent<")
    return (not after or message.at >= _second(after)) and (not before or message.at <= _second(before))


def _second(said: str) -> float:
    try:
        found = datetime.fromisoformat(said.replace("Z", "+00:00"))
    except ValueError as error:
        raise TwilioRefusal(20001, "Invalid date") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _media_routes(api: Blueprint, desk: TwilioDesk, root_url: str) -> None:
    root = "/2010-04-01/Accounts/<account>/Messages/<sid>/Media"

    @api.get(f"{root}.json")
    def media_of(account: str, sid: str) -> Response:
        desk.check(account)
        base = f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media"
        found = [
            {"sid": name, "parent_sid": sid, "account_sid": account, "content_type": kind, "uri": f"{base}/{name}.json"}
            for name, kind in desk.store.media_of(sid)
        ]
        return jsonify({"media_list": found, "page": 0, "page_size": 50, "next_page_uri": None})

    @api.get(f"{root}/<media_sid>")
    def media(account: str, sid: str, media_sid: str) -> Any:
        desk.check(account)
        desk.trouble("media")
        if media_sid not in [name for name, _ in desk.store.media_of(sid)]:
            raise not_found(request.path)
        return redirect(f"{root_url}/files/{media_sid}", 307)

    @api.get("/files/<media_sid>")
    def file(media_sid: str) -> Response:
        # The store of files behind the API takes signed addresses only, and answers anybody else with an error.
        if request.authorization is not None:
            return Response("Only one auth mechanism allowed", 400, mimetype="text/plain")
        found = desk.store.media(media_sid)
        return Response(found[1], mimetype=found[0]) if found else Response("gone", 404, mimetype="text/plain")
