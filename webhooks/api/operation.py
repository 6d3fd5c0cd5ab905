"""What the API is made of: an operation, the call that it serves, and the pages of its lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.integrations.tokens import Caller
from webhooks.api.cursor import read_cursor, write_cursor
from webhooks.api.problem import Problem

Schema = Mapping[str, Any]
USUAL_LIMIT = 50
MOST = 200
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Call:
    """A request that is allowed and valid. `key` names an act once (empty for reading); the transaction of `session` is
    the whole request's. `language` is the customers'."""

    session: Session
    caller: Caller
    operation: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    key: str
    now: datetime
    language: str

    @property
    def who(self) -> Attendant:
        """Who the act is written down under."""
        return self.caller.who

    def may(self, scope: str) -> bool:
        """Whether the token has this scope as well."""
        return scope in self.caller.scopes


@dataclass(frozen=True)
class Operation:
    """One line of the table of routes: everything about it that the door checks and the documents tell.

    `path` is as in OpenAPI; parts named `*_id` are numbers. `answer` is the schema of the answer; that of one item
    where the operation is `paged`. Raises Problem from `handle` when it is not possible.
    """

    method: str
    path: str
    name: str
    scope: str
    title: str
    handle: Callable[[Call], dict[str, Any]]
    answer: Schema
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    status: int = 200
    paged: bool = False

    @property
    def queries(self) -> Mapping[str, Schema]:
        """The query's fields, with those of pages."""
        return {**self.query, **PAGE_QUERY} if self.paged else self.query

    @property
    def answers(self) -> Schema:
        """The schema of the whole answer."""
        return page_of(self.answer) if self.paged else self.answer


PAGE_QUERY: Mapping[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
    "cursor": {"type": "string", "maxLength": 200, "description": "next_cursor of the page before"},
}


def page_of(item: Schema) -> Schema:
    """The schema of a page of such items."""
    return {
        "type": "object",
        "required": ["items", "next_cursor", "has_more"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "items": item, "maxItems": MOST},
            "next_cursor": {"type": ["string", "null"]},
            "has_more": {"type": "boolean"},
        },
    }


def page(
    call: Call,
    wanted: Select[*tuple[Any, ...]],
    key: Any,
    view: Callable[[Any], dict[str, Any]],
    number: Callable[[Any], int],
) -> dict[str, Any]:
    """A page of `wanted` in the order of the column `key`, which never changes and only grows for new rows.

    `number` is a row's key. The cursor stays at the end of what there was, to go on from when there is more.
    """
    mark = _mark_of(call)
    given = call.query.get("cursor")
    after = read_cursor(given, mark) if given else 0
    limit = call.query.get("limit", USUAL_LIMIT)
    rows = call.session.execute(wanted.where(key > after).order_by(key).limit(limit + 1)).all()
    shown = rows[:limit]
    last = number(shown[-1]) if shown else after
    return {
        "items": [view(row) for row in shown],
        "next_cursor": write_cursor(last, mark) if last else None,
        "has_more": len(rows) > limit,
    }


def _mark_of(call: Call) -> str:
    """Names the list and its filters: a cursor of one leads nowhere in another."""
    filters = {name: value for name, value in call.query.items() if name not in PAGE_QUERY}
    told = json.dumps([call.operation, dict(call.path), filters], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def row_id(call: Call, name: str) -> int:
    """The id in the path; not found where no row can have it."""
    number = int(call.path[name])
    if number > LARGEST_ID:
        raise Problem("not_found")
    return number


def moment(at: datetime | None) -> str | None:
    """A time as the API writes it."""
    return at.isoformat() if at else None
