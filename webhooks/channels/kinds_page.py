"""The page docs/whatsapp-inbound.md, made from the tables of what Meta and Twilio can send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webhooks.channels import meta_kinds, twilio_kinds
from webhooks.channels.kinds import Kind

_INTRODUCTION = """# What WhatsApp sends, and what it does here

Made from the tables in `webhooks/channels/`: `python cli.py inbound-table > docs/whatsapp-inbound.md`. The readers
dispatch over the same rows, so this page cannot say anything else than what happens. `*` stands for all that has no row
of its own: nothing is without a row.

- Every body that is signed is stored as it came and answered 200 before anybody reads it. Each object in it is taken in
  by itself, so one that is odd harms no other.
- What is not a row of its own is kept in `webhook_item`: `ignored` (known, nothing to do), `unknown` (no such kind is
  known), `stored` (it had its effect) or `failed` (with an alert).
- Messages are handled in the order of their `timestamp`. One that is older than `ANSWER_LIMIT_MINUTES` is shown to a
  person and not answered. A time from the future, older than 30 days or unreadable counts as the time of arrival.
- Beside any message of a customer the following is kept: the message it answers (`context`), that it was forwarded,
  and the advertisement it came from (`referral`).
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [_INTRODUCTION, "## Meta\n", *_table(meta_kinds.KINDS), "\n## Twilio\n", *_table(twilio_kinds.KINDS)]
    return "\n".join(parts) + "\n"


def _table(kinds: Iterable[Kind[Any]]) -> list[str]:
    head = ["| where | kind | what it does | what people see | the bot answers | opens a conversation |"]
    return [*head, "|---|---|---|---|---|---|", *(_row(kind) for kind in kinds)]


def _row(kind: Kind[Any]) -> str:
    cells = (f"`{kind.where}`", f"`{kind.name}`", kind.effect, kind.seen, _yes(kind.answered), _yes(kind.opens))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
