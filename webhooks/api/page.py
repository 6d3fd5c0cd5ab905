"""The page about the API for those who write against it: docs/api.md, made of the same table as the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handoff.integrations.tokens import SCOPES
from webhooks.api.door import BURST, PER_MINUTE
from webhooks.api.openapi import PREFIX
from webhooks.api.operation import MOST, USUAL_LIMIT, Operation, Schema
from webhooks.api.operations import OPERATIONS
from webhooks.api.problem import KINDS
from webhooks.outgoing.send_out import PAUSES
from webhooks.outgoing.signing import HEADER, sign


@dataclass(frozen=True)
class Vector:
    """An example of a signature, to be computed by others."""

    secret: str
    timestamp: int
    body: str


VECTOR = Vector("whsec_example", 1_700_000_000, '{"id": 1, "type": "message.received"}')

_START = f"""# The HTTP API and outgoing webhooks

Made from the table of routes: `python cli.py api-page > docs/api.md`. The same as an OpenAPI 3.1 document stands at
`{PREFIX}/openapi.json`.

Tokens are made in the console under *Integrações*, shown once, and sent as `Authorization: Bearer <token>`. What a
token does is written down under the login `api:<name>`; where an answer says who wrote or asked (`author`, `asked_by`)
this reads `agent:api:<name>`, as `agent:<login>` does of a person.

- **Acts** (POST) need an `Idempotency-Key` of 1 to 200 visible characters. The same key with the same body gives the
  same answer for a day (`Idempotent-Replayed: true`), with another body 409; 409 with `Retry-After` while the first is
  still being served. An act that was refused used no key and changed nothing.
- **Lists** give `items`, `has_more` and `next_cursor`; `limit` is at most {MOST}, {USUAL_LIMIT} without it. Rows that
  are added while you read come after what you have read, so the last cursor also asks for what is new. A cursor
  belongs to its list and filters.
- **Errors** are `application/problem+json` (RFC 9457), in Portuguese, or in English with `Accept-Language: en`; words
  of the desk's own rules are Portuguese. 409 `refused` says why an act is not possible now.
- **Pace**: {PER_MINUTE} requests a minute and token, {BURST} at once; then 429 with `Retry-After`.
- GET answers carry an `ETag`; `If-None-Match` gives 304.
- To reply, transfer or close, take the conversation first: a token is a colleague like any other.
"""

_FEED = """## Events

`GET /events` is a feed without holes: an event gets its `id` once its transaction has ended, so whoever has read up to
an id never finds something new before it. An event holds ids and no personal data; ask for the rest with the scope that
it takes. Kinds:

| kind | when |
|---|---|
| `message.received` | the customer wrote |
| `message.<status>` | ours got so far: queued, sending, accepted, sent, delivered, read, failed, unknown, discarded |
| `note.added` | somebody wrote a note |
| `conversation.opened` | a conversation began |
| `conversation.<event>` | an event of its thread: handed_over, taken, taken_over, transferred, given_back, closed ... |
| `job.<state>` | an action on the network is asked, approved, running, verified, failed ... |
| `ticket.opened` | a ticket was opened |
"""


def page() -> str:
    """docs/api.md."""
    return "\n".join([_START, *_scopes(), *_routes(), _FEED, *_webhooks(), *_problems()])


def _scopes() -> Iterator[str]:
    yield "## Scopes\n\n| scope | allows (as the console says it) |\n|---|---|"
    yield from (f"| `{name}` | {about} |" for name, about in SCOPES.items())
    yield ""


def _routes() -> Iterator[str]:
    yield "## Routes\n"
    for operation in OPERATIONS:
        yield f"### `{operation.method} {PREFIX}{operation.path}`\n"
        yield f"{operation.title}. Scope `{operation.scope}`; answers {operation.status}{_paged(operation)}.\n"
        if operation.query:
            yield from _fields("query", {"properties": operation.query})
        if operation.body and operation.body["properties"]:
            yield from _fields("body", operation.body)
        yield f"Answer: {', '.join(f'`{name}`' for name in operation.answer['properties'])}.\n"


def _paged(operation: Operation) -> str:
    return ", a page of" if operation.paged else ""


def _fields(what: str, schema: Schema) -> Iterator[str]:
    yield f"| {what} | |\n|---|---|"
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        yield f"| `{name}`{' (required)' if name in required else ''} | {_words(field)} |"
    yield ""


def _words(field: Schema) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    told = field.get("description") or field.get("format") or field["type"]
    return f"{told}, up to {field['maxLength']} characters" if "maxLength" in field else str(told)


def _webhooks() -> Iterator[str]:
    pauses = ", ".join(f"{seconds} s" for seconds in PAUSES)
    signature = sign(VECTOR.body.encode(), VECTOR.timestamp, [VECTOR.secret])
    yield f"""## Outgoing webhooks

An address added under *Integrações* hears of the events that it wants (`message.received`, `message.*`, `*`; a kind
that does not exist is refused) from then on, each as
one POST with the event as its body and the headers `Religa-Event-Id`, `Religa-Event-Type` and `{HEADER}`.

- **At least once, in no promised order**: the same `id` is the same event. Answer 2xx within 10 seconds, and work
  afterwards; nothing of your answer is read but its status, and redirects are not followed.
- **Again** after {pauses}, and every 8 hours, for three days; then it is given up with an alert, and can be sent again
  from the console's log. 410, or three days without a success, pauses the address until somebody switches it on.
- **Where to**: https, to public addresses. Hosts inside the own network have to be named in `WEBHOOK_INTERNAL_HOSTS`,
  and are told over https, too. Only while WhatsApp is the simulator's (`META_ACCESS_TOKEN` unset, as with `make run`)
  this machine itself may be told over plain http: `http://127.0.0.1:9000/`, `http://localhost:9000/` or `http://[::1]:9000/`.
- **Signed**: `{HEADER}: t=<seconds>,v1=<hex>` is HMAC-SHA256 with the secret's text as the key over `t`, a dot and the
  raw body. For a day after a new secret was made there are two `v1`, the new one first: accept either. Refuse a `t`
  more than five minutes old, and compare in constant time.

To check yours against: secret `{VECTOR.secret}`, time `{VECTOR.timestamp}`, body `{VECTOR.body}`:

```
{HEADER}: {signature}
```
"""


def _problems() -> Iterator[str]:
    yield "## Problems\n\n`type` is `urn:religa:problem:<name>`.\n\n| name | status | what it says |\n|---|---|---|"
    yield from (f"| `{name}` | {kind.status} | {kind.en[0]}. {kind.en[1]} |" for name, kind in KINDS.items())
