"""API-SSL: a certificate that is verified, one known by its fingerprint, or none at all."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from dataclasses import dataclass
from typing import Literal

from core.errors import Misconfigured

Check = Literal["verify", "fingerprint", "off"]


@dataclass(frozen=True)
class Tls:
    """How a router's certificate is checked.

    `verify` against `authorities` (PEM; empty: the system's) and the router's name or address; `fingerprint` against
    the SHA-256 of the certificate itself (hex, colons allowed); `off` takes whatever comes, also a router without a
    certificate, which only offers anonymous ciphers.
    """

    check: Check
    authorities: str = ""
    fingerprint: str = ""

    def context(self) -> ssl.SSLContext:
        """A client's context. Raises Misconfigured for authorities that are no PEM."""
        if self.check == "verify":
            try:
                return ssl.create_default_context(cadata=self.authorities or None)
            except ssl.SSLError as error:
                raise Misconfigured("routeros_authorities", "expected certificates as PEM") from error
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if self.check == "off":
            context.set_ciphers("ALL:aNULL:!eNULL:@SECLEVEL=0")
        return context

    def judge(self, certificate: bytes | None) -> None:
        """Raises Misconfigured when the certificate (DER) is not the one whose fingerprint was given."""
        if self.check != "fingerprint":
            return
        found = hashlib.sha256(certificate or b"").hexdigest()
        if not hmac.compare_digest(found, self.fingerprint.replace(":", "").strip().lower()):
            raise Misconfigured("routeros_fingerprint", f"the router shows {found}")
