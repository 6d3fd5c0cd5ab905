"""One way to call HTTP services: a session with a timeout, failures as `core.errors`, no secret in a message."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from core.errors import Unreachable


def make_session(pool: int = 16) -> requests.Session:
    """A session that keeps connections, never retries by itself and ignores proxies from the environment."""
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
    where = urlsplit(url).hostname or "?"
    try:
        return session.request(method, url, timeout=timeout, **options)
    except requests.ConnectTimeout as error:
        raise Unreachable("connect_timeout", where) from error
    except requests.ConnectionError as error:
        raise Unreachable("connection_failed", where, ambiguous=not _never_connected(error)) from error
    except requests.RequestException as error:
        raise Unreachable("no_answer", f"{where} ({type(error).__name__})", ambiguous=True) from error


def _never_connected(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
