"""How an agent is asked, from the fields that somebody filled in: SNMP v2c by community, v3 by user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_MD5,
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC192_SHA256,
    USM_AUTH_HMAC384_SHA512,
    USM_AUTH_NONE,
    USM_PRIV_CBC56_DES,
    USM_PRIV_CFB128_AES,
    USM_PRIV_CFB256_AES,
    USM_PRIV_NONE,
    CommunityData,
    UsmUserData,
)

from core.errors import Misconfigured
from provisioning.snmp.session import Agent

AUTH = {
    "md5": USM_AUTH_HMAC96_MD5,
    "sha": USM_AUTH_HMAC96_SHA,
    "sha256": USM_AUTH_HMAC192_SHA256,
    "sha512": USM_AUTH_HMAC384_SHA512,
}
PRIVACY = {"des": USM_PRIV_CBC56_DES, "aes": USM_PRIV_CFB128_AES, "aes256": USM_PRIV_CFB256_AES}
KEYS = ("user", "auth", "auth_key", "priv", "priv_key")
SHORTEST_KEY = 8


def agent_of(fields: Mapping[str, str]) -> Agent:
    """The agent that the fields name. Raises Misconfigured for a field that makes no sense; says no secret."""
    if not fields.get("host"):
        raise Misconfigured("field", "host")
    if fields.get("user"):
        login: Any = _user(fields)
        write: Any = login if fields.get("write", "") == "sim" else None
    elif fields.get("community"):
        login = _community(fields["community"])
        write = _community(fields["write_community"]) if fields.get("write_community") else None
    else:
        raise Misconfigured("field", "community or user")
    return Agent(
        fields["host"],
        int(_positive(fields, "port", "161")),
        login,
        write,
        _positive(fields, "timeout", "2"),
        int(_positive(fields, "retries", "1", least=0)),
        int(_positive(fields, "rows", "25", least=1)),
        fields.get("context", ""),
        "|".join(fields.get(name, "") for name in KEYS) if fields.get("user") else "",
    )


def _community(name: str) -> CommunityData:
    # Many OLTs speak nothing better than v2c; the fields for v3 are there for those that do.
    return CommunityData(name, mpModel=1)  # noqa: S508


def _user(fields: Mapping[str, str]) -> UsmUserData:
    auth_key, priv_key = fields.get("auth_key") or None, fields.get("priv_key") or None
    for name, key in (("auth_key", auth_key), ("priv_key", priv_key)):
        if key is not None and len(key) < SHORTEST_KEY:
            raise Misconfigured("field", f"{name} is shorter than {SHORTEST_KEY} characters")
    if priv_key and not auth_key:
        raise Misconfigured("field", "priv_key needs auth_key")
    return UsmUserData(
        fields["user"],
        authKey=auth_key,
        privKey=priv_key,
        authProtocol=_one_of(AUTH, fields, "auth", "sha") if auth_key else USM_AUTH_NONE,
        privProtocol=_one_of(PRIVACY, fields, "priv", "aes") if priv_key else USM_PRIV_NONE,
    )


def _one_of(known: Mapping[str, Any], fields: Mapping[str, str], name: str, default: str) -> Any:
    chosen = known.get(fields.get(name) or default)
    if chosen is None:
        raise Misconfigured("field", f"{name}: one of {', '.join(known)}")
    return chosen


def _positive(fields: Mapping[str, str], name: str, default: str, *, least: float = 0.1) -> float:
    try:
        value = float(fields.get(name) or default)
    except ValueError as error:
        raise Misconfigured("field", f"{name} is no number") from error
    if value < least:
        raise Misconfigured("field", f"{name} is too small")
    return value
