"""A stand-in for Twilio's Content API: contents are checked, kept, approved at once, and may be deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from webhooks.simulator.twilio_content_rules import check_content
from webhooks.simulator.twilio_desk import TwilioDesk
from webhooks.simulator.twilio_refusal import TwilioRefusal, not_found
from webhooks.simulator.twilio_store import new_sid


def content_routes(api: Blueprint, desk: TwilioDesk) -> None:
    """Adds the routes of contents and their approval."""

    @api.post("/v1/Content")
    def create_content() -> tuple[Response, int]:
        desk.check()
        desk.trouble("content")
        content = {**check_content(request.get_json(force=True, silent=True)), "sid": new_sid("HX")}
        desk.store.put_content(content)
        return jsonify(_content(desk, content)), 201

    @api.get("/v1/Content")
    def contents() -> Response:
        desk.check()
        found = [_content(desk, content) for content in desk.store.contents()]
        return jsonify({"contents": found, "meta": {"key": "contents", "page": 0, "next_page_url": None}})

    @api.route("/v1/Content/<sid>", methods=["GET", "DELETE"])
    def content(sid: str) -> Response:
        desk.check()
        found = _kept(desk, sid)
        if request.method == "DELETE":
            desk.store.delete_content(sid)
            return Response(status=204)
        return jsonify(_content(desk, found))

    @api.post("/v1/Content/<sid>/ApprovalRequests/whatsapp")
    def approve(sid: str) -> tuple[Response, int]:
        desk.check()
        found, asked = _kept(desk, sid), request.get_json(force=True, silent=True)
        if not isinstance(asked, dict) or not asked.get("name") or not asked.get("category"):
            raise TwilioRefusal(20001, "name and category are required")
        if "twilio/list-picker" in found["types"]:
            raise TwilioRefusal(20001, "twilio/list-picker cannot be submitted for approval")
        approval = {"name": asked["name"], "category": asked["category"], "status": "approved"}
        desk.store.put_content({**found, "approval": approval})
        return jsonify({**approval, "content_type": next(iter(found["types"])), "rejection_reason": ""}), 201

    @api.get("/v1/Content/<sid>/ApprovalRequests")
    def approval_of(sid: str) -> Response:
        desk.check()
        found = _kept(desk, sid)
        state = found["approval"] or {"status": "unsubmitted"}
        return jsonify({"sid": sid, "account_sid": desk.account_sid, "whatsapp": state, "url": request.url})


def _kept(desk: TwilioDesk, sid: str) -> dict[str, Any]:
    found = desk.store.content(sid)
    if found is None:
        raise not_found(request.path)
    return found


def _content(desk: TwilioDesk, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "sid": content["sid"],
        "account_sid": desk.account_sid,
        "friendly_name": content["name"],
        **{name: content[name] for name in ("language", "variables", "types")},
        "url": f"https://content.twilio.com/v1/Content/{content['sid']}",
        "date_created": None,
        "date_updated": None,
        "links": {},
    }
