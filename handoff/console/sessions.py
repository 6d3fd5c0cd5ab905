"""The session cookie: signed, read by nobody else, and bound to the password it began with."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "religa_console"
HOURS = 12


@dataclass(frozen=True)
class Visit:
    """A browser's session. `csrf` goes into every form; `agent_id` is None until somebody signed in."""

    csrf: str
    agent_id: int | None = None
    stamp: str = ""

    def has_token(self, given: str) -> bool:
        """Whether a form came from one of our own pages."""
        return hmac.compare_digest(self.csrf.encode(), given.encode())


class Sessions:
    """Reads and writes the cookie. It ends 12 hours after signing in, and when the password changes."""

    def __init__(self, secret_key: str, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt="console-session")
        self._secure = secure

    def read(self, request: Request) -> Visit | None:
        """The session of a request, or None when there is none, it was tampered with, or it ended."""
        try:
            csrf, agent_id, stamp = self._serializer.loads(request.cookies.get(COOKIE, ""), max_age=HOURS * 3600)
        except (BadSignature, ValueError, TypeError):
            return None
        return Visit(csrf, agent_id, stamp)

    def begin(self, agent_id: int | None = None, stamp: str = "") -> Visit:
        """A new session, with a new form token: nothing from before signing in is carried over."""
        return Visit(secrets.token_urlsafe(24), agent_id, stamp)

    def write(self, response: Response, visit: Visit) -> None:
        """Sets the cookie."""
        response.set_cookie(
            COOKIE,
            self._serializer.dumps([visit.csrf, visit.agent_id, visit.stamp]),
            max_age=HOURS * 3600,
            path="/console",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )

    def end(self, response: Response) -> None:
        """Takes the cookie away."""
        response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="Lax", secure=self._secure)
