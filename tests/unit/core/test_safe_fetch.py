"""Fetching from addresses that others chose: no internal ones, no credentials for strangers, no endless bodies."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.http import make_session
from core.safe_fetch import fetch_public, is_public
from stores import free_port

BASIC = "Basic " + base64.b64encode(b"AC1:token").decode()


class Site:
    """Answers by path: (status, headers, body); keeps what was asked with which credentials."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        self.host = ""

    def put(self, path: str, status: int = 200, body: bytes = b"", **headers: str) -> str:
        self.pages[path] = (status, {name.replace("_", "-"): said for name, said in headers.items()}, body)
        return f"http://{self.host}{path}"


@contextmanager
def _serving(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, self.headers.get("Authorization", "")))
            status, headers, body = site.pages[self.path]
            self.send_response(status)
            for name, said in headers.items():
                self.send_header(name, said)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with _serving(Site()) as there:
        yield there


@pytest.fixture
def other() -> Iterator[Site]:
    with _serving(Site()) as there:
        yield there


def _fetch(url: str, *allowed: Site, **more: Any) -> tuple[bytes, str]:
    hosts = frozenset(site.host for site in allowed)
    options = {"limit": 1000, "timeout": (2.0, 5.0), "allowed_hosts": hosts, **more}
    return fetch_public(make_session(), url, **options)


def test_file_comes_with_the_type_that_was_said(site: Site) -> None:
    url = site.put("/a", body=b"ogg", Content_Type="audio/ogg")
    assert _fetch(url, site) == (b"ogg", "audio/ogg")


def test_credentials_go_to_trusted_hosts_and_not_where_they_redirect_to(site: Site, other: Site) -> None:
    target = other.put("/file?signed=1", body=b"data")
    url = site.put("/media", 307, Location=target)
    found, _ = _fetch(url, site, other, auth=("AC1", "token"), headers={"X-Key": "k"}, trusted_hosts={site.host})
    assert (found, site.asked, other.asked) == (b"data", [("/media", BASIC)], [("/file?signed=1", "")])


def test_credentials_are_not_sent_again_where_a_trusted_host_redirects_to_itself(site: Site) -> None:
    site.put("/file", body=b"data")
    _fetch(site.put("/media", 302, Location="/file"), site, auth=("AC1", "token"), trusted_hosts={site.host})
    assert site.asked == [("/media", BASIC), ("/file", "")]


def test_stranger_gets_no_credentials(site: Site) -> None:
    _fetch(site.put("/a"), site, auth=("AC1", "token"), trusted_hosts={"api.twilio.com"})
    assert site.asked == [("/a", "")]


def test_three_redirects_are_followed_and_not_a_fourth(site: Site) -> None:
    for step in range(4):
        site.put(f"/{step}", 302, Location=f"/{step + 1}")
    site.put("/4", body=b"end")
    assert _fetch(f"http://{site.host}/1", site)[0] == b"end"
    with pytest.raises(Refused, match="too_many_redirects"):
        _fetch(f"http://{site.host}/0", site)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://0.0.0.0:{port}/",
        "http://2130706433:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/",
    ],
)
def test_internal_address_is_refused_before_anything_is_sent(site: Site, url: str) -> None:
    with pytest.raises(Refused) as raised:
        _fetch(url.format(port=site.host.partition(":")[2]))
    assert (raised.value.code, site.asked) == ("internal_address", [])


def test_allowed_host_opens_no_other_port_of_its_machine(site: Site, other: Site) -> None:
    with pytest.raises(Refused, match="internal_address"):
        _fetch(other.put("/a"), site)
    url = site.put("/b", 302, Location=f"http://{other.host}/a")
    with pytest.raises(Refused, match="internal_address"):
        _fetch(url, site)
    assert other.asked == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/a", "gopher://x/", "", "http://", "http://a:b@example.com/", "//x"]
)
def test_only_http_is_spoken_and_no_credentials_in_the_address(url: str) -> None:
    with pytest.raises(Refused, match="not_http"):
        _fetch(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("2001:0:53aa:64c::", False),
        ("::ffff:10.0.0.1", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("fd00:ec2::254", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
    ],
)
def test_public_addresses_are_told_from_internal_ones(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("told", [True, False])
def test_larger_file_is_refused_whether_its_size_is_told_or_not(site: Site, told: bool) -> None:
    length: dict[str, Any] = {"Content_Length": "1001"} if told else {}
    with pytest.raises(Refused, match="too_large"):
        _fetch(site.put("/a", body=b"x" * 1001, **length), site)
    assert len(_fetch(site.put("/b", body=b"x" * 1000), site)[0]) == 1000


@pytest.mark.parametrize(
    ("status", "trusted", "kind", "code"),
    [
        (404, True, Refused, "gone"),
        (410, False, Refused, "gone"),
        (401, True, Misconfigured, "http_401"),
        (403, False, Refused, "http_403"),
        (429, True, Unreachable, "http_429"),
        (503, False, Unreachable, "http_503"),
        (400, True, Refused, "http_400"),
    ],
)
def test_status_says_what_to_do_next(site: Site, status: int, trusted: bool, kind: type[Failure], code: str) -> None:
    url = site.put("/a", status, Retry_After="7")
    with pytest.raises(kind) as raised:
        _fetch(url, site, auth=("AC1", "token"), trusted_hosts={site.host} if trusted else ())
    assert raised.value.code == code
    assert raised.value.retry_after == (7.0 if kind is Unreachable else None)


def test_file_that_breaks_off_and_host_that_is_away_are_worth_repeating(site: Site) -> None:
    url = site.put("/a", body=b"half", Content_Length="100")
    with pytest.raises(Unreachable, match="broken_off"):
        _fetch(url, site)
    nobody = Site()
    nobody.host = f"127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable):
        _fetch(f"http://{nobody.host}/", nobody)
    with pytest.raises(Unreachable):
        _fetch("http://nothing.invalid/")


def test_name_is_resolved_once_for_the_check_and_the_connection(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        asked.append(host)
        # Public at first; at the second question it would lead into our own network.
        address = ("93.184.216.34", port) if len(asked) == 1 else ("127.0.0.1", int(site.host.partition(":")[2]))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    connected: list[Any] = []

    def connect(address: Any, *args: Any, **more: Any) -> socket.socket:
        connected.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr("core.safe_fetch.create_connection", connect)
    with pytest.raises(Unreachable):
        _fetch("http://rebinding.example.com/")
    assert (asked, connected) == (["rebinding.example.com"], [("93.184.216.34", 80)])
