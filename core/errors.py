"""What can go wrong with the outside world, as four kinds of failure that say what to do next."""

from __future__ import annotations


class Failure(Exception):
    """The outside world did not do what was asked.

    `code` is stable and searchable, `permanent` says that repeating cannot help,
    `retry_after` is the wait in seconds that the other side asked for (or None).
    `ambiguous` says that the request may have taken effect although no answer came.
    """

    permanent = False

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        retry_after: float | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.ambiguous = ambiguous


class Unreachable(Failure):
    """Nobody answered, or the answer said "later": worth repeating."""


class Refused(Failure):
    """The other side understood and said no: repeating the same request cannot help."""

    permanent = True


class Misconfigured(Failure):
    """A setting of ours is wrong (token, address, permission): nothing works until a person mends it."""

    permanent = True


class Conflict(Failure):
    """Somebody else changed the same thing first: read again and decide again."""
