"""The session cookie: signed, read by nobody else; it carries a random key, of which the row keeps the hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "religa_console"
LONGEST_HOURS = 72
"""What a provider may allow at most (handoff.login.terms); the row says when a session really ends."""


@dataclass(frozen=True)
class Visit:
    """A browser's session. `csrf` goes into every form; `key` is empty until somebody signed in."""

    csrf: str
    key: str = ""

    def has_token(self, given: str) -> bool:
        """Whether a form came from one of our own pages."""
        return hmac.compare_digest(self.csrf.encode(), given.encode())


class Sessions:
    """Reads and writes the cookie. `secure`: it goes over https only."""

    def __init__(self, secret_key: str, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(secret_key, salt="console-session")
        self.secure = secure

    def read(self, request: Request) -> Visit | None:
        """The session of a request, or None when there is none or it was tampered with."""
        try:
            csrf, key = self._serializer.loads(request.cookies.get(COOKIE, ""), max_age=LONGEST_HOURS * 3600)
        except (BadSignature, ValueError, TypeError):
            return None
        return Visit(csrf, key)

    def begin(self, key: str = "") -> Visit:
        """A new session, with a new form token: nothing from before signing in is carried over."""
        return Visit(secrets.token_urlsafe(24), key)

    def write(self, response: Response, visit: Visit) -> None:
        """Sets the cookie."""
        response.set_cookie(
            COOKIE,
            self._serializer.dumps([visit.csrf, visit.key]),
            max_age=LONGEST_HOURS * 3600,
            path="/console",
            httponly=True,
            samesite="Lax",
            secure=self.secure,
        )

    def end(self, response: Response) -> None:
        """Takes the cookie away."""
        response.delete_cookie(COOKIE, path="/console", httponly=True, samesite="Lax", secure=self.secure)
