"""Fetches a file from an address that somebody else chose: never from inside our own network, never endlessly."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NameResolutionError, NewConnectionError
from urllib3.util import Url, parse_url
from urllib3.util.connection import create_connection

from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.http import make_session, send

PIECE = 64 * 1024
PORTS = {"http": 80, "https": 443}
# Reads have a time limit each; a file that comes byte by byte would keep every one of them.
LONGEST_SECONDS = 90.0
# Addresses of IPv4 in the clothes of IPv6 (RFC 6052): the network's gateway takes them to the address inside.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def fetch_public(
    session: requests.Session,
    url: str,
    *,
    limit: int,
    timeout: tuple[float, float],
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    trusted_hosts: Collection[str] = (),
    allowed_hosts: Collection[str] = (),
    most_redirects: int = 3,
) -> tuple[bytes, str]:
    """(bytes, content type as said) of what stands at `url`, following redirects; at most `limit` bytes are read.

    `headers` and `auth` go to `trusted_hosts` only, over HTTPS only, and never where a redirect leads. Each name is
    resolved once, and the very address that was found to be public is connected to; `allowed_hosts` may be internal and
    may be trusted without HTTPS. Hosts are names or name:port (see `host_of`); without a port the usual one of the
    scheme is meant. `session` gives the TLS settings. Raises Refused `gone` (404, 410), `too_large`,
    `internal_address`, `not_http`, `too_many_redirects` or `http_<status>`, Misconfigured `http_401` or `http_403`
    where credentials were sent, and Unreachable for the rest. May be called again.
    """
    until = time.monotonic() + LONGEST_SECONDS
    with guarded_session(allowed_hosts) as guarded:
        guarded.verify, guarded.cert = session.verify, session.cert
        for hop in range(most_redirects + 1):
            place = _place_of(url)
            closed_way = place.scheme == "https" or _listed(place, allowed_hosts)
            trusted = hop == 0 and closed_way and _listed(place, trusted_hosts)
            options: dict[str, Any] = {"headers": dict(headers or {}), "auth": auth} if trusted else {}
            with send(guarded, "GET", url, timeout=timeout, allow_redirects=False, stream=True, **options) as answer:
                if not answer.is_redirect:
                    if not answer.ok:
                        raise _failure(answer, trusted=trusted)
                    return _body(answer, limit, until), answer.headers.get("Content-Type", "")
                url = urljoin(url, answer.headers["Location"])
    raise Refused("too_many_redirects")


def guarded_session(allowed_hosts: Collection[str]) -> requests.Session:
    """A session whose connections resolve a name once and go to a public address, or to one of `allowed_hosts`."""
    guarded = make_session(pool=1)
    for scheme in PORTS:
        guarded.mount(f"{scheme}://", _GuardedAdapter(frozenset(allowed_hosts)))
    return guarded


def host_of(url: str) -> str:
    """name:port of an http(s) address, for the lists of `fetch_public`. Raises Refused `not_http` for another."""
    place = _place_of(url)
    return f"{str(place.host).lower()}:{place.port or PORTS[str(place.scheme)]}"


def _place_of(url: str) -> Url:
    """The address taken apart by the same rules by which it will be connected to."""
    try:
        place = parse_url(url)
    except LocationParseError as error:
        raise Refused("not_http") from error
    if place.scheme not in PORTS or not place.host or place.auth:
        raise Refused("not_http")
    return place


def _listed(place: Url, hosts: Collection[str]) -> bool:
    name, usual = str(place.host).lower(), PORTS[str(place.scheme)]
    return f"{name}:{place.port or usual}" in hosts or (place.port in {None, usual} and name in hosts)


def _failure(answer: requests.Response, *, trusted: bool) -> Failure:
    status, wait = answer.status_code, answer.headers.get("Retry-After", "")
    if status in {404, 410}:
        return Refused("gone")
    if status in {401, 403} and trusted:
        return Misconfigured(f"http_{status}")
    if status in {408, 425, 429} or status >= 500:
        return Unreachable(f"http_{status}", retry_after=float(wait) if wait.isdigit() else None)
    return Refused(f"http_{status}")


def _body(answer: requests.Response, limit: int, until: float) -> bytes:
    told = answer.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > limit:
        raise Refused("too_large")
    body = bytearray()
    try:
        for piece in answer.iter_content(PIECE):
            body += piece
            if len(body) > limit:
                raise Refused("too_large")
            if time.monotonic() > until:
                raise Unreachable("too_slow")
    except requests.RequestException as error:
        raise Unreachable("broken_off", type(error).__name__) from error
    return bytes(body)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not ours, not the machine's, not a provider's metadata."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if found.is_site_local or found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


class _Guard(HTTPConnection):
    """A connection that resolves its name once and refuses to go to an internal address."""

    def __init__(self, *args: Any, allowed: frozenset[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._allowed = allowed

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self.host.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            gone = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, gone) from error
        addresses = [str(where[4][0]) for where in found]
        if not self._may_be_internal() and not all(map(is_public, addresses)):
            raise Refused("internal_address")
        return self._connect_to(addresses)

    def _connect_to(self, addresses: list[str]) -> socket.socket:
        failure: Exception = NewConnectionError(self, "no address")
        for address in addresses:
            try:
                return create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
            except TimeoutError:
                failure = ConnectTimeoutError(self, "connection timed out")
            except OSError as error:
                failure = NewConnectionError(self, f"no connection: {error}")
        raise failure

    def _may_be_internal(self) -> bool:
        scheme = "https" if isinstance(self, HTTPSConnection) else "http"
        return _listed(Url(scheme=scheme, host=self.host, port=self.port), self._allowed)


class _GuardedHTTPS(_Guard, HTTPSConnection):
    """The same over TLS; the certificate is still checked against the name."""


class _GuardedPools(PoolManager):
    def __init__(self, allowed: frozenset[str], **options: Any) -> None:
        self._allowed = allowed
        super().__init__(**options)

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        pool = super()._new_pool(scheme, host, port, request_context)
        pool.ConnectionCls = _GuardedHTTPS if scheme == "https" else _Guard
        pool.conn_kw["allowed"] = self._allowed
        return pool


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Connections that look where they go."""
        self.poolmanager = _GuardedPools(self._allowed, num_pools=connections, maxsize=maxsize, block=block, **options)
