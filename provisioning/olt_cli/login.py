"""How an OLT is reached over SSH, as its driver's fields say."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import paramiko

from core.errors import Misconfigured, Unreachable
from core.field import Field
from provisioning.driver import Log

FIELDS = (
    Field("host", "Endereço", about="IP ou nome da OLT na rede de gerência"),
    Field("port", "Porta SSH", required=False, default="22"),
    Field("username", "Usuário"),
    Field("password", "Senha", secret=True),
    Field("enable_password", "Senha do enable", required=False, secret=True, about="só onde a OLT a pede"),
    Field(
        "host_key",
        "Impressão da chave SSH",
        required=False,
        about="SHA256:..., como mostra ssh-keygen -l; vazio aceita qualquer uma e a anota no registro",
    ),
    Field("timeout", "Espera por resposta (s)", required=False, default="20"),
    Field("pon_limit", "ONUs por PON", required=False, default="128"),
    Field("timezone", "Fuso do relógio da OLT", required=False, default="America/Sao_Paulo"),
)


@dataclass(frozen=True)
class Login:
    """Where and as whom. `host_key` is a SHA256 fingerprint or "", `timeout` the seconds that an answer may take."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    enable_password: str = field(default="", repr=False)
    host_key: str = ""
    timeout: float = 20.0
    connect_timeout: float = 10.0


def login_of(fields: Mapping[str, str]) -> Login:
    """The login that the fields name. Raises Misconfigured for what is missing or no number."""
    if not (fields.get("host") and fields.get("username")):
        raise Misconfigured("device_fields", "host, username")
    return Login(
        host=fields["host"],
        port=int(number(fields, "port", 22)),
        username=fields["username"],
        password=fields.get("password", ""),
        enable_password=fields.get("enable_password", ""),
        host_key=fields.get("host_key", "").strip(),
        timeout=number(fields, "timeout", 20),
    )


def clock_of(fields: Mapping[str, str]) -> ZoneInfo:
    """The zone that the OLT's clock shows. Raises Misconfigured for one that there is not."""
    try:
        return ZoneInfo(fields.get("timezone") or "America/Sao_Paulo")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Misconfigured("device_fields", "timezone") from error


def number(fields: Mapping[str, str], name: str, default: float) -> float:
    """The positive number in a field, or the default where it is empty. Raises Misconfigured."""
    try:
        value = float(fields.get(name) or default)
    except ValueError as error:
        raise Misconfigured("device_fields", name) from error
    if value <= 0:
        raise Misconfigured("device_fields", name)
    return value


def open_terminal(login: Login, log: Log) -> paramiko.Channel:
    """A shell on the OLT, its window wide enough for any line.

    Raises Unreachable when nobody answers, and Misconfigured for a wrong password, another host key than the known
    one, or an OLT with which no algorithm is shared.
    """
    try:
        wire = socket.create_connection((login.host, login.port), login.connect_timeout)
    except OSError as error:
        raise Unreachable("connection", f"{login.host}: {error}") from error
    transport: paramiko.Transport | None = None
    try:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(wire)
        transport.banner_timeout = transport.auth_timeout = login.connect_timeout
        transport.start_client(timeout=login.connect_timeout)
        _check_host_key(transport, login, log)
        transport.auth_password(login.username, login.password)
        transport.set_keepalive(15)
        channel = transport.open_session(timeout=login.connect_timeout)
        channel.get_pty("vt100", width=250, height=200)
        channel.invoke_shell()
    except BaseException as error:
        (transport or wire).close()
        raise _failure(error, login) from error
    return channel


def _check_host_key(transport: paramiko.Transport, login: Login, log: Log) -> None:
    seen = transport.get_remote_server_key().fingerprint
    if not login.host_key:
        log(f"chave SSH aceita sem conferir: {seen}")
    elif seen.rstrip("=") != login.host_key.rstrip("="):
        raise Misconfigured("host_key", f"a OLT mostrou {seen}")


def _failure(error: BaseException, login: Login) -> BaseException:
    """What an error of the SSH library means to us; others stay as they are."""
    if isinstance(error, paramiko.AuthenticationException) and "timeout" not in str(error).lower():
        return Misconfigured("login", login.username)
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return Misconfigured("ssh_algorithms", str(error))
    if isinstance(error, paramiko.SSHException | OSError | EOFError):
        return Unreachable("connection", f"{login.host}: {error}")
    return error
