"""Rasa's HTTP server on loopback: checks requests, follows the promoted model without a pause, shares its port."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Optional, Text, Tuple

from nlu.registry import CURRENT

if TYPE_CHECKING:
    from nlu.components.reading import Reader

_LOOK_EVERY_SECONDS = 0.5
_BACKLOG = 256
# Texts are read up to 1,000 characters; a request a hundred times as long is nobody's message.
_LARGEST_REQUEST = 1024 * 1024


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


class Following:
    """Keeps the server's agent equal to what the registry's pointers name."""

    def __init__(self, reader: Reader) -> None:
        """`reader` knows the registry's folder."""
        self._reader = reader
        self._seen: List[Tuple[Text, int, int]] = []

    def start(self, app: Any) -> None:
        """Loads the promoted model before the first request. Raises CannotRead."""
        # Looked at first: what changes while the model is loaded is noticed afterwards.
        self._seen = self._reader.files()
        app.ctx.agent = self._reader.load()

    async def follow(self, app: Any) -> None:
        """For ever: loads a newly pointed model beside the one that answers, then swaps them between two requests."""
        from nlu.components.reading import CannotRead

        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            wanted = self._reader.files()
            if wanted == self._seen:
                continue
            self._seen = wanted
            current = self._reader.pointers().get(CURRENT, "")
            try:
                app.ctx.agent = await loop.run_in_executor(None, self._reader.load)
                print(f"nlu: agora responde o modelo {current}", flush=True)
            except CannotRead as problem:
                print(f"nlu: o modelo anterior continua respondendo. {problem}", file=sys.stderr, flush=True)


def _socket(host: Text, port: int) -> socket.socket:
    """Several servers may listen on one port: the system deals connections out among them."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    return listening


def main(folder: Text, host: Text, port: int) -> None:
    """Serves until a signal comes. WARNING is the lowest level logged, so no message text ever is."""
    # Imported packages set their own filters, so only the writer itself can be silenced.
    warnings.showwarning = lambda *_args, **_options: None
    from rasa.core.channels.rest import RestInput
    from rasa.core.run import configure_app
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    from nlu.components.reading import CannotRead, Reader

    configure_logging_and_warnings(logging.WARNING, None, warn_only_once=True, filter_repeated_logs=True)
    configure_structlog(logging.WARNING)
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    following = Following(Reader(Path(folder)))

    async def say_ready(app: Any, _loop: Any) -> None:
        print(f"nlu: pronto em http://{host}:{port}", flush=True)
        app.add_task(following.follow(app))

    app = configure_app([RestInput()], enable_api=True, endpoints=AvailableEndpoints(), port=port)
    app.config.REQUEST_MAX_SIZE = _LARGEST_REQUEST
    app.register_middleware(_check_parse, "request")
    try:
        following.start(app)
    except CannotRead as problem:
        # The process ends with what to do; whoever supervises it says so and tries again.
        sys.exit(f"nlu: {problem}")
    app.register_listener(say_ready, "after_server_start")
    app.run(sock=_socket(host, port), backlog=_BACKLOG, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
