"""Fetches the PDF behind a link of the ERP's own host; links to other hosts are for the customer to open."""

from __future__ import annotations

from urllib.parse import urlsplit

from billing.caller import Caller
from core.errors import Failure

_HEAD = b"%PDF-"


def fetch(caller: Caller, base: str, link: str | None) -> bytes | None:
    """The PDF, or None where the link is somebody else's, leads to a page, or does not answer: whoever can pay by line
    or Pix is not refused for want of a picture of it. `caller` speaks to `base` and carries no credentials: these links
    hold their own."""
    if not link:
        return None
    there, here = urlsplit(link), urlsplit(base)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        return None
    try:
        found = caller.read(f"{there.path}?{there.query}" if there.query else there.path)
    except Failure:
        return None
    return found.body if found.status == 200 and found.body.startswith(_HEAD) else None
