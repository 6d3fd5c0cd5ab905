"""Messages between our client and the simulated NAS, byte for byte over loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from pyrad import packet

from provisioning.ports import Session
from provisioning.radius.dictionary import attributes
from provisioning.radius.messages import Answer, Messenger
from provisioning.simulated_network.nas import Nas
from provisioning.simulated_network.subscribers import NasSession
from tests.contract.drivers.rig import wait_until

SECRET = "segredo-de-teste"
HELD = NasSession("bruno.lima", "81a00002", "100.66.0.2", "bloqueados")


class MemorySubscribers:
    """One subscriber, who is always let in."""

    def __init__(self) -> None:
        self.sessions = [HELD]
        self.causes: list[str] = []

    def authenticate(self, login: str) -> str | None:
        """Free."""
        return ""

    def find(self, *, login: str = "", session_id: str = "", framed_ip: str = "") -> list[NasSession]:
        """Sessions that agree with everything that is given."""
        wanted = (login, session_id, framed_ip)
        return [
            held
            for held in self.sessions
            if all(
                want in ("", has)
                for want, has in zip(wanted, (held.login, held.session_id, held.framed_ip), strict=True)
            )
        ]

    def started(self, login: str, address_list: str) -> None:
        """A session began."""
        self.sessions.append(NasSession(login, "81a0ffff", "100.64.0.9", address_list))

    def stopped(self, session: NasSession, cause: str) -> None:
        """A session ended."""
        self.sessions.remove(session)
        self.causes.append(cause)

    def changed(self, session: NasSession, address_list: str) -> None:
        """Moved."""
        self.sessions = [NasSession(session.login, session.session_id, session.framed_ip, address_list)]


@pytest.fixture
def subscribers() -> MemorySubscribers:
    """Bruno is online and held back."""
    return MemorySubscribers()


@pytest.fixture
def nas(subscribers: MemorySubscribers) -> Iterator[Nas]:
    """A NAS of theirs, quick to dial again."""
    nas = Nas(subscribers, SECRET, carries=lambda login: True)
    nas.behaviour.redial_seconds = nas.behaviour.registration_seconds = 0.0
    nas.start()
    yield nas
    nas.stop()


def session(session_id: str = "81a00002", framed_ip: str = "100.66.0.2", login: str = "bruno.lima") -> Session:
    """What accounting says."""
    return Session(1, login, session_id, "127.0.0.1", framed_ip, None)


def disconnector(nas: Nas, secret: str = SECRET) -> Messenger:
    """A client that gives up fast."""
    return Messenger(secret, port=nas.port, timeout_seconds=0.3)


def ask(nas: Nas, code: int, **values: str) -> packet.CoAPacket:
    """The NAS's reply to a request of ours."""
    request = packet.CoAPacket(code=code, secret=SECRET.encode(), dict=attributes(), **values)
    return request.CreateReply(packet=_exchange(nas, request.RequestPacket()))


def _exchange(nas: Nas, data: bytes) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.sendto(data, ("127.0.0.1", nas.port))
        return client.recv(4096)


def test_disconnect_is_acknowledged_and_the_subscriber_dials_again(nas: Nas, subscribers: MemorySubscribers) -> None:
    assert disconnector(nas)(session()) == Answer("ack")
    assert subscribers.causes == ["Admin-Reset"]
    wait_until(lambda: bool(subscribers.find(login="bruno.lima")))


def test_disconnect_reaches_the_session_when_accounting_has_another_session_id(nas: Nas) -> None:
    assert disconnector(nas)(session(session_id="=25lX6b")) == Answer("ack")


def test_disconnect_names_no_session_id_when_it_does_not_fit(nas: Nas) -> None:
    assert disconnector(nas)(session(session_id="9" * 300)) == Answer("ack")


def test_disconnect_never_touches_another_login_with_the_same_session_id(
    nas: Nas, subscribers: MemorySubscribers
) -> None:
    assert disconnector(nas)(session(login="ana.souza")).not_found
    assert subscribers.sessions == [HELD]


def test_disconnect_is_silence_when_the_secret_is_wrong(nas: Nas, subscribers: MemorySubscribers) -> None:
    assert disconnector(nas, "outro")(session()) == Answer("silence")
    assert subscribers.sessions == [HELD]


def test_disconnect_is_silence_when_it_cannot_even_be_sent() -> None:
    assert Messenger(SECRET, host="127.0.0.1", port=0, timeout_seconds=0.1)(session()) == Answer("silence")


def test_coa_moves_the_session_without_dropping_it(nas: Nas, subscribers: MemorySubscribers) -> None:
    assert ask(nas, packet.CoARequest, User_Name="bruno.lima").code == packet.CoAACK
    assert subscribers.sessions[0].address_list == ""

    ask(nas, packet.CoARequest, User_Name="bruno.lima", Mikrotik_Address_List="bloqueados")
    assert subscribers.sessions[0].address_list == "bloqueados"
    assert subscribers.causes == []


def test_nas_names_its_reason_when_it_refuses(nas: Nas) -> None:
    unknown = ask(nas, packet.CoARequest, User_Name="ninguem")
    nobody = ask(nas, packet.DisconnectRequest, NAS_IP_Address="127.0.0.1")

    assert (unknown.code, unknown["Error-Cause"]) == (packet.CoANAK, [503])
    assert (nobody.code, nobody["Error-Cause"]) == (packet.DisconnectNAK, [402])


def test_nas_goes_on_when_somebody_sends_it_rubbish(nas: Nas) -> None:
    broken = packet.CoAPacket(code=packet.DisconnectRequest, secret=SECRET.encode(), dict=attributes())
    broken[8] = [b"abc"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for data in (b"", b"x", bytes(20), bytes(4096), broken.RequestPacket()):
            client.sendto(data, ("127.0.0.1", nas.port))

    assert disconnector(nas)(session()) == Answer("ack")


@pytest.mark.parametrize(("value", "cause"), [(b"\x00\x00\x01\xf7", 503), (b"xx", None), (b"", None)])
def test_disconnect_reads_a_refusal_even_when_its_cause_is_malformed(value: bytes, cause: int | None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        ours = Messenger(SECRET, host="127.0.0.1", port=server.getsockname()[1], timeout_seconds=2)
        answers: list[Answer] = []
        thread = threading.Thread(target=lambda: answers.append(ours(session(session_id=""))))
        thread.start()
        data, sender = server.recvfrom(4096)
        reply = packet.CoAPacket(secret=SECRET.encode(), dict=attributes(), packet=data).CreateReply()
        reply.code = packet.DisconnectNAK
        reply[101] = [value]
        server.sendto(reply.ReplyPacket(), sender)
        thread.join(5)

    assert answers == [Answer("nak", cause)]
