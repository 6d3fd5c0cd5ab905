"""A NAS's RADIUS side for tests: it authenticates and accounts with a real FreeRADIUS over the wire."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from pyrad import packet
from pyrad.client import Client

from provisioning.radius.dictionary import attributes
from provisioning.simulated_network.subscribers import ADDRESS_LIST, NasSession
from tests.integration.freeradius import SECRET, FreeRadius

PASSWORD = "demo"


class WireSubscribers:
    """Subscribers whose sessions live in the NAS's memory, as in a real one; the tables are FreeRADIUS's business."""

    def __init__(self, server: FreeRadius, address: str = "127.0.0.1") -> None:
        self._server = server
        self._address = address
        self._numbers = itertools.count(1)
        self._sessions: list[NasSession] = []
        self._lock = threading.Lock()

    def authenticate(self, login: str, password: str = PASSWORD) -> str | None:
        """The address list of the Access-Accept; None for an Access-Reject."""
        code, reply = self.access_request(login, password)
        return str(reply.get(ADDRESS_LIST, [""])[0]) if code == packet.AccessAccept else None

    def access_request(self, login: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
        """The reply's code and attributes."""
        client = self._client()
        request = client.CreateAuthPacket(User_Name=login, NAS_IP_Address=self._address)
        request["User-Password"] = request.PwCrypt(password)
        reply = client.SendPacket(request)
        client._CloseSocket()
        names = reply.keys()  # only this spells the numbers out as names
        return reply.code, {name: reply[name] for name in names if isinstance(name, str)}

    def find(self, *, login: str = "", session_id: str = "", framed_ip: str = "") -> list[NasSession]:
        """Sessions in memory that agree with everything that is given."""
        with self._lock:
            return [
                held
                for held in self._sessions
                if login in ("", held.login)
                and session_id in ("", held.session_id)
                and framed_ip in ("", held.framed_ip)
            ]

    def started(self, login: str, address_list: str) -> None:
        """Adds the session and sends Accounting-Request Start."""
        number = next(self._numbers)
        # The percent sign and the star reach the table escaped: the driver has to undo it.
        session = NasSession(login, f"%{number:04x}*", f"100.64.1.{number % 250 + 1}", address_list)
        with self._lock:
            self._sessions.append(session)
        self._account(session, "Start")

    def stopped(self, session: NasSession, cause: str) -> None:
        """Forgets the session and sends Accounting-Request Stop."""
        with self._lock:
            self._sessions.remove(session)
        self._account(session, "Stop", cause)

    def changed(self, session: NasSession, address_list: str) -> None:
        """Moves the session to another address list."""
        with self._lock:
            self._sessions.remove(session)
            self._sessions.append(NasSession(session.login, session.session_id, session.framed_ip, address_list))

    def _account(self, session: NasSession, kind: str, cause: str = "") -> None:
        client = self._client()
        request = client.CreateAcctPacket(
            User_Name=session.login,
            NAS_IP_Address=self._address,
            Acct_Session_Id=session.session_id,
            Framed_IP_Address=session.framed_ip,
            Acct_Status_Type=kind,
        )
        if cause:
            request["Acct-Terminate-Cause"] = cause
        client.SendPacket(request)
        client._CloseSocket()

    def _client(self) -> Client:
        return Client(
            "127.0.0.1",
            authport=self._server.auth_port,
            acctport=self._server.acct_port,
            secret=SECRET.encode(),
            dict=attributes(),
            timeout=2,
            retries=2,
        )
