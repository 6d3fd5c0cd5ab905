"""A load of HTTP requests over kept connections, light enough not to be what is measured."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Figures:
    """What came of a load: requests, seconds, and each request's own duration in seconds, sorted."""

    count: int
    seconds: float
    durations: tuple[float, ...]
    refused: int = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The duration, in milliseconds, that `share` of the requests did not exceed."""
        if not self.durations:
            return float("nan")
        return self.durations[min(len(self.durations) - 1, int(share * len(self.durations)))] * 1000


class Connection:
    """One kept HTTP/1.1 connection to loopback."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._socket = socket.create_connection((self._host, self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def request(self, data: bytes) -> tuple[int, bytes]:
        """Sends a whole request; returns status and body."""
        self._socket.sendall(data)
        status = int(self._file.readline().split(b" ", 2)[1])
        length = 0
        while line := self._file.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self._file.read(length)

    def close(self) -> None:
        """Ends the connection."""
        self._file.close()
        self._socket.close()


def post(path: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def drive(
    url: str, requests: Sequence[bytes], connections: int, after: Callable[[int], None] = lambda i: None
) -> Figures:
    """Sends all requests over so many connections, each as soon as the one before was answered.

    `after(i)` is called once request i was answered, inside its duration: to wait for what follows from it.
    """
    durations: list[float] = []
    refused = 0
    lock = threading.Lock()
    numbers = iter(range(len(requests)))

    def one() -> None:
        nonlocal refused
        own: list[float] = []
        connection = Connection(url)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            began = time.perf_counter()
            status, _ = connection.request(requests[number])
            after(number)
            own.append(time.perf_counter() - began)
            if status != 200:
                with lock:
                    refused += 1
        connection.close()
        with lock:
            durations.extend(own)

    threads = [threading.Thread(target=one) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Figures(len(requests), time.perf_counter() - began, tuple(sorted(durations)), refused)
