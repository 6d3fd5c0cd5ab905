"""Rasa's HTTP server with a check of the request's shape in front, quiet logs and loopback only."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any, Optional


def _is_parsable(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("text"), str)


async def _check_parse(request: Any) -> Optional[Any]:
    """400 for a parse request without a text: Rasa itself would answer 500 and log a traceback."""
    from sanic import response
    from sanic.exceptions import InvalidUsage

    if request.path != "/model/parse" or request.method != "POST":
        return None
    try:
        fine = _is_parsable(request.json)
    except InvalidUsage:
        fine = False
    if fine:
        return None
    return response.json({"status": "failure", "reason": "BadRequest", "message": 'expected {"text": "..."}'}, 400)


def main(model: str, host: str, port: int) -> None:
    """Serves until a signal comes. WARNING is the lowest level logged, so no message text ever is."""
    # Imported packages set their own filters, so only the writer itself can be silenced.
    warnings.showwarning = lambda *_args, **_options: None
    import rasa.core.run
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.WARNING, None, warn_only_once=True, filter_repeated_logs=True)
    configure_structlog(logging.WARNING)

    def add_check(app: Any, _loop: Any) -> None:
        app.register_middleware(_check_parse, "request")

    def say_ready(_app: Any, _loop: Any) -> None:
        print(f"nlu: pronto em http://{host}:{port}", flush=True)

    rasa.core.run.serve_application(
        model_path=model,
        channel="rest",
        interface=host,
        port=port,
        enable_api=True,
        endpoints=AvailableEndpoints(),
        server_listeners=[(add_check, "before_server_start"), (say_ready, "after_server_start")],
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
