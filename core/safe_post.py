"""Posts to an address that somebody else chose: never into our own network, never where a redirect leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.http import send
from core.safe_fetch import guarded_session


def post_public(
    url: str, body: bytes, *, headers: Mapping[str, str], timeout: tuple[float, float], allowed_hosts: Collection[str]
) -> int:
    """The status of the answer, whatever it is; nothing of its body is read.

    The name is resolved once, and the very address that was found to be public is connected to; `allowed_hosts`
    (name:port, see `safe_fetch.host_of`) may be internal. `timeout` is (connect, read) in seconds. Raises Refused
    `internal_address` and Unreachable. May be called again.
    """
    with (
        guarded_session(allowed_hosts) as guarded,
        send(
            guarded, "POST", url, timeout=timeout, data=body, headers=dict(headers), allow_redirects=False, stream=True
        ) as answer,
    ):
        return answer.status_code
