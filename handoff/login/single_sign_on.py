"""The provider's own sign-on by OpenID Connect: code flow with PKCE, and what is believed of the answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.errors import Misconfigured, Refused
from core.http import make_session, send

TIMEOUT = (3.05, 10.0)
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures by a key pair: with a shared secret, whoever checks could also sign."""
LEEWAY_SECONDS = 60


@dataclass(frozen=True)
class Errand:
    """What has to come back as it went out. It is kept in the browser, signed."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Subject:
    """Whom the sign-on says it is. `id` is theirs for good there; `names` are those by which an administrator may have
    let them in: their e-mail where it was verified, and their user name. Lower case."""

    id: str
    names: tuple[str, ...]


class SingleSignOn:
    """One OpenID provider. What it says of itself is asked once, and again when its keys no longer fit."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, redirect_uri: str, clock: Callable[[], float] = time.time
    ) -> None:
        self.issuer = issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._redirect_uri, self._clock = redirect_uri, clock
        self._http = make_session(pool=2)
        self._about: dict[str, Any] = {}
        self._keys: KeySet | None = None

    def set_out(self) -> tuple[str, Errand]:
        """Where the browser goes to sign in, and what to keep until it comes back. Raises a Failure."""
        errand = Errand(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid email profile",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": create_s256_code_challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._said('authorization_endpoint')}?{urlencode(asked)}", errand

    def come_back(self, given: Mapping[str, str], errand: Errand) -> Subject:
        """Who it is. Raises Refused `sso` naming what doesn't fit, Unreachable, Misconfigured."""
        if not secrets.compare_digest(given.get("state", "").encode(), errand.state.encode()):
            raise Refused("sso", "state")
        if "iss" in given and given["iss"] != self.issuer:
            raise Refused("sso", "iss")
        if not given.get("code"):
            raise Refused("sso", given.get("error", "code")[:60])
        claims = self._read(self._exchange(given["code"], errand.verifier), errand.nonce)
        return _subject(claims)

    def _exchange(self, code: str, verifier: str) -> str:
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        login = (self._client_id, self._client_secret)
        answer = send(self._http, "POST", self._said("token_endpoint"), timeout=TIMEOUT, data=asked, auth=login)
        told = _json(answer)
        if answer.status_code != 200 or not isinstance(told.get("id_token"), str):
            raise Refused("sso", f"token: {answer.status_code} {str(told.get('error', ''))[:60]}")
        return str(told["id_token"])

    def _read(self, token: str, nonce: str) -> CodeIDToken:
        try:
            decoded = self._decoded(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": nonce, "client_id": self._client_id},
            )
            claims.validate(now=int(self._clock()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Refused("sso", type(error).__name__) from None
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        if self._keys is not None:
            try:
                return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                # It may have changed its keys since: asked once more below.
                self._keys = None
        self._keys = KeySet.import_key_set(_json(send(self._http, "GET", self._said("jwks_uri"), timeout=TIMEOUT)))  # type: ignore[arg-type]
        return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    def _said(self, what: str) -> str:
        if not self._about:
            where = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            told = _json(send(self._http, "GET", where, timeout=TIMEOUT))
            if told.get("issuer") != self.issuer:
                raise Misconfigured("oidc_issuer", "the provider calls itself otherwise")
            self._about = told
        if not isinstance(self._about.get(what), str):
            raise Misconfigured("oidc_issuer", f"the provider names no {what}")
        return str(self._about[what])


def _subject(claims: Mapping[str, Any]) -> Subject:
    names = [claims.get("preferred_username")]
    if claims.get("email_verified") is True:
        names.insert(0, claims.get("email"))
    return Subject(str(claims["sub"]), tuple(name.strip().lower() for name in names if isinstance(name, str) and name))


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused("sso", f"no JSON, status {answer.status_code}")
    return told
