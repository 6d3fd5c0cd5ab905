"""What a browser may do with the phone page: nothing but its own scripts, styles and files."""

from __future__ import annotations

from flask import Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def guard(response: Response) -> Response:
    """Adds the headers to a response of the page; nothing but fixed files may be kept by the browser."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint and not request.endpoint.endswith((".static", ".media")):
        response.headers["Cache-Control"] = "no-store"
    return response
