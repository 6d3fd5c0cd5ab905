"""Asks MK's services: everything is a GET with a token in its address, which is got anew when it is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from billing.caller import Answer, Auth, Caller
from billing.mk import letters
from billing.reading import mapping, words
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.masking import mask_personal_data

Said = Mapping[str, Any]
KEPT_SECONDS = 25 * 60
_TOKEN_REFUSED = ("token",)
_NOT_FOUND = ("não localizad", "nao localizad", "não encontrad", "nao encontrad", "inexistente", "documento inválido")
_NOT_FOUND_CODES = frozenset({"002", "003"})
_TOKEN_CODES = frozenset({"001", "999"})


class Session(Auth):
    """The token of one MK, kept for less than the half hour that it lives. `ask` speaks to the same server."""

    def __init__(self, ask: Caller, user_token: str, password: str, service: str) -> None:
        self._ask = ask
        self._login = {"sys": "MK0", "token": user_token, "password": password, "cd_servico": service}
        self._token = ""
        self._until = 0.0
        self._lock = threading.Lock()

    def options(self) -> Mapping[str, Any]:
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._token, self._until = self._new(), time.monotonic() + KEPT_SECONDS
            return {"params": {"sys": "MK0", "token": self._token}}

    def renew(self) -> bool:
        with self._lock:
            self._token = ""
        return True

    def _new(self) -> str:
        said = parsed(self._ask.read("/WSAutenticacao.rule", params=self._login))
        token = words(said.get("Token")) if isinstance(said, Mapping) and not is_error(said) else ""
        if not token:
            raise Misconfigured("erp_credentials", message(said) if isinstance(said, Mapping) else "")
        return token


class Services:
    """The services of one MK."""

    def __init__(self, caller: Caller, session: Auth) -> None:
        self._caller = caller
        self._session = session

    def ask(self, service: str, **query: str) -> Any:
        """What a reading service says; None where what was asked for does not exist, or the service itself.

        Raises Misconfigured `erp_credentials`, Refused `erp_refused` with MK's words, Unreachable.
        """
        said = self._with_token(lambda: self._caller.read(f"/{service}.rule", params=query))
        if said is None or (isinstance(said, Mapping) and is_error(said) and _is_not_found(said)):
            return None
        if isinstance(said, Mapping) and is_error(said):
            raise Refused("erp_refused", message(said))
        return said

    def do(self, service: str, **query: str) -> Said:
        """What a service says that does something each time, its refusals too. Unreachable is ambiguous where it may
        have been done."""
        # A token that can't be got is told as such: nothing was asked for yet.
        self._session.options()
        said = self._with_token(lambda: self._caller.write(f"/{service}.rule", method="GET", params=query))
        if said is None:
            raise Refused("not_offered")
        try:
            return mapping(said, service)
        except Failure as failure:
            failure.ambiguous = True
            raise

    def _with_token(self, call: Callable[[], Answer]) -> Any:
        # Whoever is not let in has done nothing: with a new token even what happens each time may be asked again.
        for _ in range(2):
            answer = call()
            if answer.status == 404:
                return None
            said = parsed(answer)
            if not (isinstance(said, Mapping) and is_error(said) and _is_about_token(said)):
                return said
            self._session.renew()
        raise Misconfigured("erp_credentials", message(said))


def parsed(answer: Answer) -> Any:
    """The JSON of an answer. Raises Unreachable `not_json`, ambiguous: nobody knows what was done before a page of
    HTML."""
    try:
        return letters.parse(answer.body)
    except ValueError:
        raise Unreachable("not_json", answer.content_type, ambiguous=True) from None


def is_error(said: Said) -> bool:
    """Whether an answer with 200 is one of MK's errors."""
    return words(said.get("status")).upper() in ("ERRO", "ERROR")


def message(said: Said) -> str:
    """MK's own words, free of personal data."""
    return mask_personal_data(words(said.get("Mensagem") or said.get("mensagem")))[:300]


def _code(said: Said) -> str:
    return words(said.get("Num. ERRO"))


def _is_about_token(said: Said) -> bool:
    return _code(said) in _TOKEN_CODES or message(said).lower().startswith(_TOKEN_REFUSED)


def _is_not_found(said: Said) -> bool:
    return _code(said) in _NOT_FOUND_CODES or any(word in message(said).lower() for word in _NOT_FOUND)
