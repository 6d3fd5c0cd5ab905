"""What was done for one person, read from the rows: one line for each thing, and what is left open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from bot.expectations import UNASKED
from bot.texts import Texts
from tests.conversations.stage import Stage

_MINE = (
    "SELECT c.id FROM conversation c JOIN contact_alias a ON a.contact_id = c.contact_id"
    " WHERE a.kind = 'wa_id' AND a.value = :wa_id"
)
# Each row that the product wrote for the person is a line; what is written for nobody else to see has none.
_ACTS = f"""
SELECT 'invoice ' || substring(f.filename from 'F-[0-9-]+[0-9]') FROM message m
  JOIN attachment f ON f.id = m.attachment_id WHERE m.direction = 'out' AND m.conversation_id IN ({_MINE})
UNION ALL SELECT concat_ws(' ', action, contract_ref, state) FROM network_job WHERE conversation_id IN ({_MINE})
UNION ALL SELECT concat_ws(' ', 'unlock', contract_ref, state) FROM trust_unlock WHERE conversation_id IN ({_MINE})
UNION ALL SELECT concat_ws(' ', 'ticket', contract_ref, state) FROM ticket WHERE conversation_id IN ({_MINE})
UNION ALL SELECT concat_ws(' ', 'not', intent, 'but', nullif(meant, '')) FROM reading
  WHERE contradicted_at IS NOT NULL AND meant <> '' AND conversation_id IN ({_MINE})
UNION ALL SELECT 'not ' || intent FROM reading
  WHERE contradicted_at IS NOT NULL AND meant = '' AND conversation_id IN ({_MINE})
UNION ALL SELECT CASE WHEN succeeded THEN 'proof' ELSE 'wrong proof' END FROM identity_attempt
  WHERE contact_id IN (SELECT contact_id FROM conversation WHERE id IN ({_MINE}))
"""  # noqa: S608 - no values in it
_LAST = (
    "SELECT c.id, c.handler, c.queue, c.handed_off_for, c.dialogue, p.customer_ref, p.proved_by FROM conversation c"
    f" JOIN contact p ON p.id = c.contact_id WHERE c.id IN ({_MINE}) ORDER BY c.id DESC LIMIT 1"  # noqa: S608
)


@dataclass(frozen=True)
class Standing:
    """How a person's conversation stands: what was done so far, and what is open.

    `asks` is the question that is open, `waits` the requests behind it (with ? where they are asked back first).
    `customer` is who the contact is known to be, with the proof. `bubbles` counts what was said to them.
    """

    done: Counter[str]
    handler: str = "bot"
    asks: str = ""
    waits: tuple[str, ...] = ()
    customer: str = ""
    bubbles: int = 0
    reads: tuple[str, ...] = ()


def standing(stage: Stage, wa_id: str) -> Standing:
    """How it stands now."""
    done = Counter(str(row[0]) for row in stage.rows(_ACTS, wa_id=wa_id))
    bubbles = sum(one.to.wa_id == wa_id for one in stage.channel.taken)
    read = stage.rows(f"SELECT intent FROM reading WHERE conversation_id IN ({_MINE}) ORDER BY id", wa_id=wa_id)  # noqa: S608
    found = stage.rows(_LAST, wa_id=wa_id)
    if not found:
        return Standing(done)
    last = found[0]
    dialogue = last.dialogue
    expect = "" if dialogue.get("expect", "") in UNASKED else str(dialogue["expect"])
    about = f" {dialogue['intent']}" if expect == "confirm_intent" else ""
    unsure = dialogue.get("unsure", ())
    return Standing(
        done,
        _handler(last.handler, last.queue, last.handed_off_for),
        expect + about,
        tuple(f"?{wish}" if wish in unsure else wish for wish in dialogue.get("pending", ())),
        f"{last.customer_ref} by {last.proved_by}" if last.customer_ref else "",
        bubbles,
        tuple(row[0] for row in read),
    )


def _handler(handler: str, queue: str | None, why: str | None) -> str:
    """Who speaks next; where people do, their queue and why they got it."""
    return f"{queue}: {_reasons().get(str(why), str(why))}" if handler == "queue" else str(handler)


@cache
def _reasons() -> dict[str, str]:
    """The names of the reasons, by their sentences."""
    texts = Texts.load()
    return {texts(name): name.removeprefix("reason.") for name in texts.names() if name.startswith("reason.")}
