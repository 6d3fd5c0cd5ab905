"""An OpenID provider on loopback: it says who it is, signs tokens, checks PKCE, and lies about what it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "religa", "segredo-do-cliente"
Claims = dict[str, Any]


class OpenIdServer:
    """`claims` are laid over those of each token (None takes one away); `person` is who signs in."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self.signs_with = self.key
        self.claims: Claims = {}
        self.person: Claims = {"sub": "u-1", "email": "helena@provedor.example", "email_verified": True}
        self._closed = False
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Away from now on. May be called again."""
        if self._closed:
            return
        self._closed = True
        self._server.shutdown()
        self._server.server_close()

    def signs_in(self, where: str) -> dict[str, str]:
        """The person signs in at the address that the browser was sent to: what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def renew_key(self) -> None:
        """Signs with another key, which it publishes."""
        self.key = self.signs_with = RSAKey.generate_key(2048, {"kid": "2", "use": "sig", "alg": "RS256"})

    def about(self) -> Claims:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def token(self, form: dict[str, str], login: str) -> tuple[int, Claims]:
        """The answer to a code, which is good once and for whoever has its verifier."""
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if login != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        told = {name: value for name, value in {**claims, **self.person, **self.claims}.items() if value is not None}
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": jwt.encode(header, told, self.signs_with)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages = {
                    "/.well-known/openid-configuration": server.about(),
                    "/keys": {"keys": [server.key.as_dict(private=False)]},
                }
                self._answer(200 if self.path in pages else 404, pages.get(self.path, {}))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                login = base64.b64decode(self.headers.get("Authorization", "").partition(" ")[2]).decode()
                self._answer(*server.token(form, login))

            def _answer(self, status: int, told: Claims) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
