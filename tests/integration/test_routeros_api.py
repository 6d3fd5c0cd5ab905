"""RouterOS's API over a real socket: our client and an independent one, against a router that misbehaves on demand."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import routeros_api
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.errors import Misconfigured, Unreachable
from provisioning.routeros.api import Address, RouterOsApi, Trap
from provisioning.routeros.tls import Tls
from tests.integration.routeros_server import PASSWORD, USER, RouterOsServer


@pytest.fixture
def server() -> Iterator[RouterOsServer]:
    """A router with two profiles."""
    with RouterOsServer() as running:
        running.tables.add("/ppp/profile", name="fibra-600")
        running.tables.add("/ppp/profile", name="bloqueado")
        yield running


def address(server: RouterOsServer) -> Address:
    return Address("127.0.0.1", server.port, USER, PASSWORD, answer_seconds=2.0)


def names(api: RouterOsApi) -> list[str]:
    return [row["name"] for row in api.select("/ppp/profile", ("name",))]


@pytest.mark.parametrize("challenge", [False, True])
def test_client_logs_in_when_the_router_wants_either_form(server: RouterOsServer, challenge: bool) -> None:
    server.behaviour.challenge = challenge
    with RouterOsApi(address(server), lambda line: None) as api:
        assert names(api) == ["fibra-600", "bloqueado"]


def test_login_is_a_wrong_setting_and_never_logged_when_the_password_is_wrong(server: RouterOsServer) -> None:
    lines: list[str] = []
    with pytest.raises(Misconfigured) as failure:
        RouterOsApi(replace(address(server), password="outra-senha"), lines.append)
    assert failure.value.code == "routeros_login"
    assert not [line for line in lines if "outra-senha" in line]


def test_connection_goes_on_when_a_command_was_trapped(server: RouterOsServer) -> None:
    with RouterOsApi(address(server), lambda line: None) as api:
        with pytest.raises(Trap, match="no such item"):
            api.call("/ppp/profile/remove", "=.id=*FF")
        assert names(api) == ["fibra-600", "bloqueado"]


def test_answers_of_an_earlier_command_are_passed_over_when_they_come_late(server: RouterOsServer) -> None:
    server.behaviour.stale_answer = True
    with RouterOsApi(address(server), lambda line: None) as api:
        assert names(api) == ["fibra-600", "bloqueado"]


def test_long_words_arrive_whole_when_sent_in_pieces(server: RouterOsServer) -> None:
    server.tables.add("/system/identity", name="x" * 20_000)
    server.behaviour.in_pieces = True
    with RouterOsApi(address(server), lambda line: None) as api:
        assert len(api.select("/system/identity", ("name",))[-1]["name"]) == 20_000


def test_reading_is_not_ambiguous_and_writing_is_when_no_answer_comes(server: RouterOsServer) -> None:
    server.behaviour.slow = {"/ppp/profile/print": 1.0, "/ppp/profile/add": 1.0}
    quick = replace(address(server), answer_seconds=0.2)
    with RouterOsApi(quick, lambda line: None) as api, pytest.raises(Unreachable) as reading:
        names(api)
    with RouterOsApi(quick, lambda line: None) as api, pytest.raises(Unreachable) as writing:
        api.call("/ppp/profile/add", "=name=novo")
    assert (reading.value.code, reading.value.ambiguous) == ("no_answer", False)
    assert (writing.value.code, writing.value.ambiguous) == ("no_answer", True)


def test_answer_cut_in_the_middle_is_a_lost_connection(server: RouterOsServer) -> None:
    server.behaviour.hang_up_in = "/ppp/profile/print"
    with RouterOsApi(address(server), lambda line: None) as api, pytest.raises(Unreachable) as failure:
        names(api)
    assert failure.value.code == "connection_lost"


def test_nobody_there_is_unreachable_and_certainly_nothing_happened(server: RouterOsServer) -> None:
    server.stop()
    with pytest.raises(Unreachable) as failure:
        RouterOsApi(replace(address(server), port=1), lambda line: None)
    assert (failure.value.code, failure.value.ambiguous) == ("connection_failed", False)


def test_independent_client_agrees_with_ours_about_every_table(server: RouterOsServer) -> None:
    pool = routeros_api.RouterOsApiPool("127.0.0.1", USER, PASSWORD, port=server.port, plaintext_login=True)
    entries = pool.get_api().get_resource("/ip/firewall/address-list")
    entries.add(list="bloqueados", address="100.64.0.11", comment="atraso")
    with pytest.raises(routeros_api.exceptions.RouterOsApiCommunicationError, match="already have such entry"):
        entries.add(list="bloqueados", address="100.64.0.11")
    with RouterOsApi(address(server), lambda line: None) as api:
        fields = (".id", "list", "address", "comment")
        ours = api.select("/ip/firewall/address-list", fields, "list=x", "address=100.64.0.11", "#|")
        with pytest.raises(Trap, match="already have such entry"):
            api.call("/ip/firewall/address-list/add", "=list=bloqueados", "=address=100.64.0.11")
        theirs = entries.get(list="bloqueados")
        assert [row["address"] for row in ours] == [row["address"] for row in theirs] == ["100.64.0.11"]
        assert ours[0]["comment"] == theirs[0]["comment"] == "atraso"
        entries.remove(id=ours[0][".id"])
        assert api.select("/ip/firewall/address-list", fields) == ()
    pool.disconnect()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, str, str]:
    """A self-signed certificate for 127.0.0.1: (file with its key, PEM, SHA-256)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "BNG")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "router.pem").write_bytes(key.private_bytes(*form) + pem)
    digest = hashlib.sha256(built.public_bytes(serialization.Encoding.DER)).hexdigest()
    return tmp_path / "router.pem", pem.decode(), digest


def test_tls_accepts_only_the_certificate_that_was_named(certificate: tuple[Path, str, str]) -> None:
    file, pem, digest = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with RouterOsServer(context) as server:
        for tls in (Tls("verify", pem), Tls("fingerprint", fingerprint=digest.upper()), Tls("off")):
            with RouterOsApi(replace(address(server), tls=tls), lambda line: None) as api:
                assert names(api) == []
        for tls, code in (
            (Tls("verify"), "routeros_certificate"),
            (Tls("fingerprint", "", "00"), "routeros_fingerprint"),
        ):
            with pytest.raises(Misconfigured) as failure:
                RouterOsApi(replace(address(server), tls=tls), lambda line: None)
            assert failure.value.code == code


def test_tls_off_reaches_a_router_without_any_certificate() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH:@SECLEVEL=0")
    with (
        RouterOsServer(context) as server,
        RouterOsApi(replace(address(server), tls=Tls("off")), lambda line: None) as api,
    ):
        assert names(api) == []
