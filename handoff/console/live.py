"""Parts of a page that are fetched again and again, and change on the screen only when they changed."""

from __future__ import annotations

import hashlib
import secrets

from flask import make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

TOKEN_MARK = "@@token@@"  # noqa: S105
"""Stands in a part for a fresh token of a form: fresh on each page, and no reason to call the part changed."""


class Region:
    """A part of a page: its name, its HTML, and a version that changes with what it shows."""

    def __init__(self, name: str, html: str) -> None:
        self.name = name
        self.version = hashlib.sha256(html.encode()).hexdigest()[:16]
        # The HTML comes out of a template that has escaped it; marking it keeps it from being escaped twice.
        self.html = Markup(html.replace(TOKEN_MARK, secrets.token_urlsafe(16)))  # noqa: S704


def as_regions(parts: dict[str, str]) -> dict[str, Region]:
    """Regions by name, for a page."""
    return {name: Region(name, html) for name, html in parts.items()}


def live_response(parts: dict[str, str]) -> Response:
    """The parts for the script of the page, or 304 when the browser has them like this already."""
    regions = as_regions(parts)
    tag = hashlib.sha256("".join(region.version for region in regions.values()).encode()).hexdigest()[:24]
    response = make_response("", 304)
    if request.if_none_match.contains(tag):
        response.set_etag(tag)
    else:
        response = make_response(render_template("console/live.html", regions=regions))
        response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
