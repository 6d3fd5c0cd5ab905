"""Runs in the guest: answers CoA and Disconnect for the PPPoE server's sessions, and does what the test asks for."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

from pyrad import packet

from provisioning.radius.dictionary import MISSING_ATTRIBUTE, SESSION_NOT_FOUND, attributes

SECRET = b"segredo-de-teste"
ADDRESS = "10.255.0.2"
CONTROL_PORT = 7000
SESSIONS = Path("/run/sessions")
DIAL = (
    "pppd plugin /usr/lib/pppd/2.4.9/rp-pppoe.so wan user {login} noauth nodetach persist maxfail 0 holdoff 1"
    " noipdefault defaultroute mtu 1492 mru 1492 noccp novj noipv6 lcp-echo-interval 2 lcp-echo-failure 2"
    " ip-up-script /bin/true ip-down-script /bin/true"
)
INTERNET = "203.0.113.1"

Session = dict[str, str]


def sessions() -> list[Session]:
    """The open sessions: interface, ip, login, pid, address_list."""
    found = []
    for path in sorted(SESSIONS.glob("ppp*")):
        try:
            lines = path.read_text().splitlines()
        except FileNotFoundError:
            continue
        found.append(dict(line.split("=", 1) for line in lines))
    return found


def answer(data: bytes) -> bytes | None:
    """The reply to a CoA or Disconnect-Request, after it was done; None for what must be dropped in silence."""
    request = packet.CoAPacket(secret=SECRET, dict=attributes(), packet=data)
    if request.code not in (packet.CoARequest, packet.DisconnectRequest) or not request.VerifyCoARequest():
        return None
    wanted = {name: str(request[name][0]) for name in ("User-Name", "Framed-IP-Address") if name in request}
    matching = [
        session
        for session in sessions()
        if wanted.get("User-Name", session["login"]) == session["login"]
        and wanted.get("Framed-IP-Address", session["ip"]) == session["ip"]
    ]
    cause = MISSING_ATTRIBUTE if not wanted else None if matching else SESSION_NOT_FOUND
    reply = request.CreateReply()
    if cause:
        reply.code += 1
        reply["Error-Cause"] = cause
    for session in matching if not cause else ():
        if request.code == packet.DisconnectRequest:
            os.kill(int(session["pid"]), signal.SIGTERM)
        else:
            held = "Mikrotik-Address-List" in request and request["Mikrotik-Address-List"][0]
            _ip("rule", "del", "from", session["ip"], "prohibit", "pref", "100")
            if held:
                _ip("rule", "add", "from", session["ip"], "prohibit", "pref", "100")
    return bytes(reply.ReplyPacket())


def serve_coa() -> None:
    """RFC 5176 on its port."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((ADDRESS, 3799))
    while True:
        data, sender = door.recvfrom(4096)
        reply = answer(data)
        if reply:
            door.sendto(reply, sender)


class Homes:
    """The subscribers' routers."""

    def __init__(self) -> None:
        self._dialling: dict[int, subprocess.Popen[bytes]] = {}

    def do(self, order: dict[str, Any]) -> Any:
        """One order of the test: sessions, dial, hang_up, ping, link."""
        home = int(order.get("home", 0))
        if order["do"] == "sessions":
            return sessions()
        if order["do"] == "dial":
            command = ["ip", "netns", "exec", f"cpe{home}", *DIAL.format(login=order["login"]).split()]
            with Path(f"/run/home{home}.log").open("wb") as log:
                self._dialling[home] = subprocess.Popen(command, stdout=log, stderr=log)
        elif order["do"] == "hang_up":
            self._dialling.pop(home).terminate()
        elif order["do"] == "ping":
            ping = ["ip", "netns", "exec", f"cpe{home}", "ping", "-n", "-c", "1", "-W", "1", INTERNET]
            told = subprocess.run(ping, capture_output=True, text=True, check=False)
            return "answers" if told.returncode == 0 else "filtered" if "filtered" in told.stdout else "silent"
        elif order["do"] == "link":
            _ip("link", "set", f"onu{home}", order["state"])
        elif order["do"] == "log":
            return Path(order["path"]).read_text(errors="replace")[-4000:]
        return None


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=False, stderr=subprocess.DEVNULL)


def main() -> None:
    """Serves until the guest is stopped: one connection of JSON lines, each answered by one."""
    threading.Thread(target=serve_coa, daemon=True).start()
    homes = Homes()
    door = socket.create_server((ADDRESS, CONTROL_PORT))
    print("BNG ready", flush=True)
    while True:
        connection, _ = door.accept()
        with connection, connection.makefile("rw") as lines:
            for line in lines:
                lines.write(json.dumps(homes.do(json.loads(line))) + "\n")
                lines.flush()


if __name__ == "__main__":
    main()
