"""Where a page ends, as an opaque word."""

from __future__ import annotations

import base64
import binascii

from webhooks.api.problem import Problem

LARGEST = 2**63 - 1


def write_cursor(last: int, mark: str) -> str:
    """The cursor behind the row with this key, in the list that `mark` names."""
    return base64.urlsafe_b64encode(f"{mark}:{last}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, mark: str) -> int:
    """The key again. Raises Problem for what is no cursor of this list."""
    try:
        told = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise _wrong() from error
    of, _, last = told.partition(":")
    if of != mark or not last.isdigit() or int(last) > LARGEST:
        raise _wrong()
    return int(last)


def _wrong() -> Problem:
    return Problem("invalid", errors=[{"where": "cursor", "why": "is not a cursor of this list with these filters"}])
