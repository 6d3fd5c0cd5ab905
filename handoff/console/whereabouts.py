"""What a conversation's address carries from page to page: the list beside it, the side shown, and how far back."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from handoff.console.wanted import NAMES

CARRIED = (*NAMES, "ver", "tudo")


def carried(**changed: str) -> dict[str, str]:
    """This request's part of that, for `url_for`, so that links, acts and the live parts all agree with the page."""
    here = {name: request.args[name] for name in CARRIED if name in request.args}
    return {name: value for name, value in (here | changed).items() if value}


def back_to(conversation_id: int, *, anchor: str | None = None, **more: str) -> Response:
    """Shows the conversation again as the person had it, after an act."""
    values: dict[str, Any] = {"conversation_id": conversation_id, "_anchor": anchor, **carried(**more)}
    where = url_for("console.conversation", **values)
    return redirect(where, 303)
