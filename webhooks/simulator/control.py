"""Switches failures of the stand-in on and off, and shows what it still owes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from webhooks.simulator.failures import MODES, FailureMode
from webhooks.simulator.origin import require_same_origin
from webhooks.simulator.store import Store

LONGEST_WAIT = 120.0


def control_blueprint(store: Store, *, url_prefix: str = "/simulator/control") -> Blueprint:
    """`GET` tells the state. `POST {"mode", "next": 1, "seconds": 0, "on": "messages"}` queues a failure for the next
    calls; `POST {"clear": true}` forgets all of them. Both answer with the state."""
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
    if mode not in MODES.get(scope, {}):
        abort(400, f"Unknown mode {mode!r} on {scope!r}; known: { {name: sorted(MODES[name]) for name in MODES} }")
    times, seconds = wanted.get("next", 1), wanted.get("seconds", 0)
    if not isinstance(times, int) or not 1 <= times <= 10_000:
        abort(400, "next must be a whole number from 1 to 10000")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_WAIT:
        abort(400, f"seconds must be from 0 to {LONGEST_WAIT:.0f}")
    return FailureMode(scope, mode, float(seconds), times)


def _state(store: Store) -> dict[str, Any]:
    return {
        "failures": [asdict(mode) for mode in store.failures.waiting()],
        "webhooks_waiting": store.mail.waiting(),
        "dropped": store.dropped(),
        "modes": MODES,
    }
