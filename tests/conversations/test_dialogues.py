"""Whole conversations with the real model: what was done, what is asked, and who has it, after each thing written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stores import EmbeddedPostgres
from tests.conversations.acts import Standing, standing
from tests.conversations.dialogue import Dialogue, Step, dialogues
from tests.conversations.stage import Stage
from tests.conversations.world import happen
from tests.integration.nlu_server import nlu_url

__all__ = ["nlu_url"]

DIALOGUES = dialogues()

_ACTED_ON = (
    "SELECT k.ref FROM network_job j JOIN conversation c ON c.id = j.conversation_id"
    " JOIN contract k ON k.ref = j.contract_ref"
)
_SENT = (
    "SELECT i.number FROM message m JOIN attachment f ON f.id = m.attachment_id"
    " JOIN conversation c ON c.id = m.conversation_id"
    " JOIN invoice i ON f.filename LIKE '%' || i.number || '%' JOIN contract k ON k.id = i.contract_id"
)
_OWNER = "JOIN customer u ON u.id = k.customer_id"


@pytest.fixture(scope="module")
def theatre(postgres: EmbeddedPostgres, redis_url: str, nlu_url: str) -> Iterator[Stage]:
    """One stage for all."""
    postgres.ensure_database("conversations")
    stage = Stage(postgres.url("conversations"), redis_url, nlu_url)
    yield stage
    stage.close()


@pytest.fixture
def stage(theatre: Stage) -> Stage:
    """The stage with nobody on it yet."""
    theatre.start_over()
    return theatre


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[f"{one.theme}: {one.story}" for one in DIALOGUES])
def test_dialogue_does_what_it_says_and_nothing_else(stage: Stage, dialogue: Dialogue) -> None:
    happen(stage, dialogue.given)
    before = standing(stage, dialogue.wa_id)
    for number, step in enumerate(dialogue.talk, 1):
        happen(stage, step.happens)
        after = _play(stage, dialogue.wa_id, step)
        wrote = step.says or step.taps or step.sends
        _judge(step, before, after, f"step {number}, {wrote}: {_heard(stage)} {dialogue.needs}")
        before = after
        for words in step.hears:
            assert words in stage.channel.taken[-1].text
    _nothing_is_left(stage)


def _play(stage: Stage, wa_id: str, step: Step) -> Standing:
    """How it stands once all is done that the step leads to."""
    stage.arrive(wa_id, *_messages(stage, step))
    stage.work()
    after = standing(stage, wa_id)
    while step.may_ask and after.asks.startswith("confirm_intent") and after.asks not in step.asks:
        yes = stage.option(f"confirm:yes:{after.asks.split()[1]}")
        stage.arrive(wa_id, _tapped(yes))
        stage.work()
        after = standing(stage, wa_id)
    return after


def _messages(stage: Stage, step: Step) -> list[dict[str, object]]:
    """What the step writes, as WhatsApp brings it; words beside a file are its caption."""
    if step.taps:
        return [_tapped(stage.option(step.taps))]
    if step.sends:
        return [{"type": step.sends, step.sends: {"id": "media.1", "caption": "\n".join(step.says)}}]
    return [{"type": "text", "text": {"body": text}} for text in step.says]


def _tapped(option: dict[str, str]) -> dict[str, object]:
    return {"type": "interactive", "interactive": {"button_reply": option}}


def _judge(step: Step, before: Standing, after: Standing, where: str) -> None:
    told = {
        "does": sorted((after.done - before.done).elements()),
        "asks": after.asks,
        "waits": after.waits,
        "goes to": after.handler,
    }
    wanted = {
        "does": sorted(step.does),
        "asks": after.asks if after.asks in step.asks else step.asks,
        "waits": step.waits,
        "goes to": step.goes_to or before.handler,
    }
    assert told == wanted, where
    if step.reads:
        assert after.read == step.reads, where
    _judge_identity(step, before, after, where)
    if step.quiet:
        assert after.bubbles == before.bubbles, f"something was said; {where}"
        return
    if step.hears:
        assert after.bubbles > before.bubbles, f"nothing was said; {where}"
        return
    spoke = step.says or step.taps or step.sends
    if spoke and before.handler in {"bot", "closed"}:
        assert after.bubbles > before.bubbles, f"no answer; {where}"
    elif before.handler not in {"bot", "closed"}:
        assert after.bubbles == before.bubbles, f"the bot spoke into a person's conversation; {where}"


def _judge_identity(step: Step, before: Standing, after: Standing, where: str) -> None:
    """Only a step that says so proves who writes; the registered phone may become known at any time."""
    if step.known:
        assert after.customer == step.known, where
    elif after.customer != before.customer:
        assert not before.customer, where
        assert after.customer.endswith(" by phone"), where


def _heard(stage: Stage) -> str:
    """The last bubble and the last reading, for whoever looks why a dialogue failed."""
    read = stage.rows("SELECT intent, confidence, band, requests, ranking FROM reading ORDER BY id DESC LIMIT 1")
    last = stage.channel.taken[-1].text if stage.channel.taken else ""
    found = ""
    if read:
        one = read[0]
        asked = [(r["intent"], round(r["confidence"], 2), r["band"]) for r in one.requests]
        found = (
            f"{one.intent} {one.confidence:.2f} {one.band}, {asked}, {[(n, round(c, 2)) for n, c in one.ranking[:3]]}"
        )
    return f"read as {found}; said: {last}"


def _nothing_is_left(stage: Stage) -> None:
    """Every message was dealt with, and nothing of another customer's was shown or touched."""
    unread = (
        "SELECT m.text FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.direction = 'in'"
        " AND m.handled_at IS NULL AND c.handler NOT IN ('queue', 'agent')"
    )
    assert stage.rows(unread) == []
    for what in (_ACTED_ON, _SENT):
        foreign = f"{what} JOIN contact p ON p.id = c.contact_id {_OWNER} WHERE u.ref IS DISTINCT FROM p.customer_ref"
        assert stage.rows(foreign) == []
