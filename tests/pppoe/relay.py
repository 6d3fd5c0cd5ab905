"""Carries packets between this machine's loopback and the lab's network namespace, as a process of its own."""

from __future__ import annotations

import ctypes
import os
import selectors
import socket
import sys
import threading
from contextlib import suppress

CLONE_NEWNET = 0x40000000
RADIUS_HOST, GUEST = "10.255.0.1", "10.255.0.2"

_libc = ctypes.CDLL(None, use_errno=True)
_entering = threading.Lock()


class Spaces:
    """Sockets of either side: a socket belongs for good to the namespace that it was made in."""

    def __init__(self, name: str) -> None:
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self._lab = os.open(f"/run/netns/{name}", os.O_RDONLY)

    def socket(self, kind: int, *, lab: bool) -> socket.socket:
        """A new socket."""
        with _entering:
            self._enter(self._lab if lab else self._home)
            try:
                return socket.socket(socket.AF_INET, kind)
            finally:
                self._enter(self._home)

    def _enter(self, space: int) -> None:
        if _libc.setns(space, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def carry_datagrams(spaces: Spaces, here: tuple[str, int], there: tuple[str, int], *, into_lab: bool) -> None:
    """Every sender at `here` gets a socket of its own towards `there`, so that answers find their way back."""
    door = spaces.socket(socket.SOCK_DGRAM, lab=not into_lab)
    door.bind(here)
    senders: dict[tuple[str, int], socket.socket] = {}
    waiting = selectors.DefaultSelector()
    waiting.register(door, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.data is None:
                data, sender = door.recvfrom(4096)
                if sender not in senders:
                    senders[sender] = spaces.socket(socket.SOCK_DGRAM, lab=into_lab)
                    senders[sender].connect(there)
                    waiting.register(senders[sender], selectors.EVENT_READ, sender)
                with suppress(OSError):
                    senders[sender].send(data)
            else:
                # What cannot be carried is lost, as packets are.
                with suppress(OSError):
                    door.sendto(key.fileobj.recv(4096), key.data)  # type: ignore[union-attr]


def carry_stream(spaces: Spaces, here: tuple[str, int], there: tuple[str, int]) -> None:
    """One connection after the other, from home into the lab."""
    door = spaces.socket(socket.SOCK_STREAM, lab=False)
    door.bind(here)
    door.listen()
    while True:
        near, _ = door.accept()
        far = spaces.socket(socket.SOCK_STREAM, lab=True)
        far.connect(there)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def main(name: str, auth_port: int, acct_port: int, coa_port: int, control_port: int) -> None:
    """Carries RADIUS out of the lab, CoA and the test's orders into it."""
    spaces = Spaces(name)
    loopback = "127.0.0.1"
    routes = (
        ((RADIUS_HOST, 1812), (loopback, auth_port), False),
        ((RADIUS_HOST, 1813), (loopback, acct_port), False),
        ((loopback, coa_port), (GUEST, 3799), True),
    )
    for here, there, into_lab in routes:
        arguments = {"into_lab": into_lab}
        threading.Thread(target=carry_datagrams, args=(spaces, here, there), kwargs=arguments, daemon=True).start()
    print("relay ready", flush=True)
    carry_stream(spaces, (loopback, control_port), (GUEST, 7000))


if __name__ == "__main__":
    main(sys.argv[1], *(int(port) for port in sys.argv[2:6]))
