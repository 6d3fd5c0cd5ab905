"""One way to call HTTP services: a session with a timeout, failures as `core.errors`, no secret in a message."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from core.errors import Unreachable


class _WithoutQuery(logging.Filter):
    """Some systems want their token in the address: what stands after the question mark is never logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return True


_WITHOUT_QUERY = _WithoutQuery()
_WRITE_ADDRESSES = ("urllib3.connectionpool", "urllib3.util.retry")


def make_session(pool: int = 16) -> requests.Session:
    """A session that keeps connections, never retries by itself and ignores proxies from the environment."""
    for name in _WRITE_ADDRESSES:
        logging.getLogger(name).addFilter(_WITHOUT_QUERY)
    session = requests.Session()
    session.trust_env = False
    adapter = HTTPAdapter(pool_connections=pool, pool_maxsize=pool, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    timeout: tuple[float, float],
    **options: Any,
) -> requests.Response:
    """The response, whatever its status.

    `timeout` is (connect, read) in seconds. Raises Unreachable when there is no answer; its `ambiguous` is
    False only when the request certainly did not arrive (no connection could be made).
    """
    # The errors of requests hold the whole address, token and all: they don't go on in ours.
    where = urlsplit(url).hostname or "?"
    try:
        return session.request(method, url, timeout=timeout, **options)
    except requests.ConnectTimeout:
        raise Unreachable("connect_timeout", where) from None
    except requests.ConnectionError as error:
        raise Unreachable("connection_failed", where, ambiguous=not _never_connected(error)) from None
    except requests.RequestException as error:
        raise Unreachable("no_answer", f"{where} ({type(error).__name__})", ambiguous=True) from None


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def is_loopback(host: str) -> bool:
    """Whether the name or address of a host is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
