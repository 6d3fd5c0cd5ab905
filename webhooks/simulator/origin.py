"""Refuses posts that another site makes a browser send."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import abort, request


def require_same_origin() -> None:
    """Answers 403 to a request that changes something and comes from another origin.

    Browsers say where such a request comes from; a program (curl, a test) says nothing and may pass.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        abort(403, "Pedido de outro site recusado.")
    origin = request.headers.get("Origin")
    # Behind a proxy the host may differ from the page's; then the browser's own word above has decided.
    if origin is not None and site is None and urlsplit(origin).netloc != request.host:
        abort(403, "Pedido de outro site recusado.")
