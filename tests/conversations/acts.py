"""What was done for one person, read from the rows: one line for each thing, and what is left open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from bot.serve import UNASKED
from bot.texts import Texts
from tests.conversations.stage import Stage

_MINE = (
    "SELECT c.id, c.handler, c.queue, c.handed_off_for, c.dialogue, c.contact_id, p.customer_ref, p.proved_by"
    " FROM conversation c JOIN contact p ON p.id = c.contact_id JOIN contact_alias a ON a.contact_id = p.id"
    " WHERE a.kind = 'wa_id' AND a.value = :wa_id ORDER BY c.id"
)
# Each row that the product wrote for the person is a line; what it said is none.
_DONE = """
SELECT 'invoice ' || substring(f.filename from 'F-[0-9-]+[0-9]|ACORDO') FROM message m
  JOIN attachment f ON f.id = m.attachment_id WHERE m.direction = 'out' AND m.conversation_id = ANY(:mine)
UNION ALL SELECT concat_ws(' ', action, contract_ref, state) FROM network_job WHERE conversation_id = ANY(:mine)
UNION ALL SELECT concat_ws(' ', 'unlock', contract_ref, state) FROM trust_unlock WHERE conversation_id = ANY(:mine)
UNION ALL SELECT concat_ws(' ', 'agreement', contract_ref, state) FROM negotiation WHERE conversation_id = ANY(:mine)
UNION ALL SELECT concat_ws(' ', 'ticket', contract_ref, state) FROM ticket WHERE conversation_id = ANY(:mine)
UNION ALL SELECT concat_ws(' ', 'quote', a.intents[1],
  CASE WHEN u.helped THEN 'helped' WHEN NOT u.helped THEN 'no help' END)
  FROM article_use u JOIN article a ON a.id = u.article_id WHERE u.conversation_id = ANY(:mine) AND u.how = 'quoted'
UNION ALL SELECT concat_ws(' but ', 'not ' || intent, nullif(meant, '')) FROM reading
  WHERE contradicted_at IS NOT NULL AND conversation_id = ANY(:mine)
UNION ALL SELECT CASE WHEN succeeded THEN 'proof' ELSE 'wrong proof' END FROM identity_attempt
  WHERE contact_id = ANY(:contacts)
"""
_READ = "SELECT intent FROM reading WHERE conversation_id = ANY(:mine) ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class Standing:
    """How a person's conversation stands: what was done so far, and what is open.

    `handler` is who speaks next, for people with their queue and why they got it. `asks` is the question that is open,
    `waits` the requests behind it (with ? where they are asked back first). `customer` is who the contact is known to
    be, with the proof. `bubbles` counts what was sent to them, `read` is the intent of the newest reading.
    """

    done: Counter[str]
    handler: str = "bot"
    asks: str = ""
    waits: tuple[str, ...] = ()
    customer: str = ""
    bubbles: int = 0
    read: str = ""


def standing(stage: Stage, wa_id: str) -> Standing:
    """How it stands now."""
    found = stage.rows(_MINE, wa_id=wa_id)
    if not found:
        return Standing(Counter())
    mine, last = [row.id for row in found], found[-1]
    done = stage.rows(_DONE, mine=mine, contacts=[last.contact_id])
    read = stage.rows(_READ, mine=mine)
    unsure = last.dialogue.get("unsure", ())
    return Standing(
        Counter(str(row[0]) for row in done),
        _handler(last.handler, last.queue, last.handed_off_for),
        _question(last.dialogue.get("expect", ""), last.dialogue.get("intent", "")),
        tuple(f"?{wish}" if wish in unsure else wish for wish in last.dialogue.get("pending", ())),
        f"{last.customer_ref} by {last.proved_by}" if last.customer_ref else "",
        sum(bubble.to.wa_id == wa_id for bubble in stage.channel.taken),
        read[0].intent if read else "",
    )


def _question(expect: str, intent: str) -> str:
    if expect in UNASKED:
        return ""
    return f"{expect} {intent}" if expect == "confirm_intent" else expect


def _handler(handler: str, queue: str | None, why: str | None) -> str:
    return f"{queue}: {_reasons().get(str(why), str(why))}" if handler == "queue" else handler


@cache
def _reasons() -> dict[str, str]:
    """The names of the reasons, by their sentences."""
    texts = Texts.load()
    return {texts(name): name.removeprefix("reason.") for name in texts.names() if name.startswith("reason.")}
