"""A handler's answer that it is not time yet."""

from __future__ import annotations


class Later(Exception):
    """Do the same work again after `seconds`; nothing went wrong and it does not count as a failure."""

    def __init__(self, seconds: float, why: str = "") -> None:
        super().__init__(why or "later")
        self.seconds = seconds
