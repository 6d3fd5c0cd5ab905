"""The project's own RADIUS dictionary encodes what it must, and every reason for a no has a name."""

from __future__ import annotations

import pytest
from pyrad import packet

from provisioning.radius.dictionary import attributes
from provisioning.radius.messages import Answer


def test_dictionary_encodes_a_mikrotik_attribute_as_vendor_specific() -> None:
    request = packet.CoAPacket(secret=b"x", dict=attributes())
    request["Mikrotik-Address-List"] = "bloqueados"

    sent = request.RequestPacket()

    # RFC 2865, 5.26: type 26, length, vendor 14988, then the vendor's type 19.
    assert bytes([26, 18]) + (14988).to_bytes(4, "big") + bytes([19, 12]) + b"bloqueados" in sent


def test_dictionary_reads_error_cause_as_a_number() -> None:
    reply = packet.CoAPacket(secret=b"x", dict=attributes(), code=packet.DisconnectNAK, authenticator=bytes(16))
    reply["Error-Cause"] = 503

    assert packet.CoAPacket(secret=b"x", dict=attributes(), packet=reply.ReplyPacket())["Error-Cause"] == [503]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Answer("ack"), "ACK"),
        (Answer("nak", 503), "NAK 503 Session-Context-Not-Found"),
        (Answer("nak", 999), "NAK 999"),
        (Answer("nak"), "NAK ?"),
        (Answer("silence"), "sem resposta ou segredo errado"),
    ],
)
def test_answer_reads_as_an_operator_needs_it(answer: Answer, text: str) -> None:
    assert str(answer) == text
