"""Does an act once for each Idempotency-Key: the answer is kept in the transaction of the act itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.db import Database
from core.locks import try_hold
from models.api_token import ApiKeyUse
from webhooks.api.problem import Problem

_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class Answered:
    """The answer to an act; `again` says that an earlier request had done it."""

    status: int
    body: str
    again: bool = False


def checked_key(key: str | None) -> str:
    """The key. Raises Problem `key_missing` for none, or one that is too long."""
    if key is None or not _KEY.fullmatch(key):
        raise Problem("key_missing")
    return key


def request_hash(method: str, path: str, body: Mapping[str, Any]) -> str:
    """The same for the same request, however its JSON is written."""
    return hashlib.sha256(f"{method} {path}\n{json.dumps(body, sort_keys=True)}".encode()).hexdigest()


def once(
    db: Database, token_id: int, key: str, asked: str, status: int, act: Callable[[Session], dict[str, Any]]
) -> Answered:
    """What `act` came to, or what it had come to. An act that ends with a Problem, or with its process, changed nothing
    and used no key. Raises Problem `in_flight` while another request does it, `key_reused` for another request."""
    with db.transaction() as session:
        if not try_hold(session, f"api-key/{token_id}/{key}"):
            raise Problem("in_flight", headers={"Retry-After": "1"})
        used = session.get(ApiKeyUse, (token_id, key))
        if used is not None:
            if used.request_hash != asked:
                raise Problem("key_reused")
            return Answered(used.status, used.body, again=True)
        body = json.dumps(act(session), ensure_ascii=False)
        session.add(ApiKeyUse(token_id=token_id, key=key, request_hash=asked, status=status, body=body))
    return Answered(status, body)
