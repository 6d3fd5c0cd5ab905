"""Switches trouble of the stand-in on and off, and shows what it still owes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from webhooks.simulator.failures import MODES, FailureMode, known
from webhooks.simulator.mail import MOST_AT_ONCE
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.store import Store

LONGEST_WAIT = 120.0


def control_blueprint(store: Store, *, url_prefix: str = "/simulator/control") -> Blueprint:
    """`GET` tells the state. `POST {"mode", "on": "messages", "next": 1, "chance": 1, "seconds": 0, "amount": 0,
    "code": 0, "seed": 1}` switches trouble on for the next calls (`next` null: until cleared); `POST {"clear": true}`
    forgets all of it. Both answer with the state."""
    control = Blueprint("simulator_control", __name__, url_prefix=url_prefix)
    control.before_request(require_same_origin)

    @control.get("")
    def state() -> Response:
        return jsonify(_state(store))

    @control.post("")
    def change() -> Response:
        wanted = request.get_json(force=True, silent=True)
        if not isinstance(wanted, dict):
            abort(400, "Send a JSON object.")
        if wanted.get("clear"):
            store.failures.clear()
        if "mode" in wanted:
            store.failures.add(_wanted_mode(wanted))
        return jsonify(_state(store))

    return control


def _wanted_mode(wanted: dict[str, Any]) -> FailureMode:
    scope, mode = str(wanted.get("on", "messages")), str(wanted["mode"])
    if not known(scope, mode):
        abort(400, f"Unknown mode {mode!r} on {scope!r}; known: { {name: sorted(MODES[name]) for name in MODES} }")
    times = wanted.get("next", 1)
    return FailureMode(
        scope,
        mode,
        float(_number(wanted, "seconds", 0, LONGEST_WAIT)),
        None if times is None else int(_number(wanted, "next", 1, 10_000_000, default=1)),
        chance=float(_number(wanted, "chance", 0, 1, default=1)),
        amount=int(_number(wanted, "amount", 0, MOST_AT_ONCE)),
        code=int(_number(wanted, "code", 0, 999_999)),
        seed=int(_number(wanted, "seed", 0, 2**31, default=1)),
    )


def _number(wanted: dict[str, Any], name: str, low: float, high: float, *, default: float = 0) -> float:
    value = wanted.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        abort(400, f"{name} must be a number from {low} to {high:.0f}")
    return value


def _state(store: Store) -> dict[str, Any]:
    return {
        "failures": [asdict(mode) for mode in store.failures.waiting()],
        "webhooks_waiting": store.mail.waiting(),
        "dropped": store.dropped(),
        "modes": MODES,
    }
