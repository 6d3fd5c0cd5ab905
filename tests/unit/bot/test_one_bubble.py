"""One answer is one bubble, fits the channel, and carries the protocol once: over random conversations."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from billing.trust_unlock import Promise
from bot.answers import ANSWERS
from bot.effects import Close, Effect, HandOff, Option, Say
from bot.money_effects import UnlockOnTrust
from bot.turn import Down, JobResult, OpenIncident
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    ANA,
    BRUNO,
    HOUSE,
    INTENTS,
    NOW,
    PROTOCOL,
    SITE,
    Chat,
    Reader,
    a_job,
    known_as,
    measured,
    stranger,
)

TEXTS = [
    *INTENTS,
    "1",
    "2",
    "sítio",
    "voltou",
    "continua sem",
    "ok",
    "👍",
    "asdf",
    "529.982.247-25",
    "390.533.447-05",
    "contrato 1002, casa 22",
    "424242",
    "a outra",
    "/restart",
    "pode liberar sim",
    "sexta eu pago",
    "os dois",
    "deixa pra lá",
    *(
        SEVERAL := {
            "boleto e libera": "invoice_second_copy signal_release",
            "sem net, cancela e boleto": "outage_no_connection cancel_service invoice_second_copy",
            "lenta e talvez boleto": "slow_internet ?invoice_second_copy",
            "vergonha, libera": "complaint signal_release",
            "talvez boleto": "?invoice_second_copy -plan_change -relocation -slow_internet",
            "sim, e o boleto": "invoice_second_copy",
            "coisa do papel": "-invoice_question -plan_change",
        }
    ),
]
MEDIA = ["audio", "image", "sticker", "unsupported"]
ACTIVE = a_contract(status="active")
INCIDENT = OpenIncident("rompimento de cabo", False, NOW - timedelta(hours=1), None)


def worlds() -> list[dict[str, Any]]:
    every = (
        an_invoice(),
        an_invoice(ref="i-2", number="F-2", contract_ref="c-1"),
        an_invoice(ref="i-3", number="F-3", contract_ref="c-1"),
    )
    broken = (Promise(NOW - timedelta(days=9), NOW - timedelta(days=6), kept=False),)
    return [
        known_as(),
        known_as(contracts=(ACTIVE,)),
        known_as(BRUNO, (HOUSE, SITE), every),
        known_as() | {"promises:c-1002": broken},
        known_as(contracts=(ACTIVE,)) | {"incident:c-1002": INCIDENT},
        known_as(contracts=(ACTIVE,), invoices=()) | {"invoices:c-1002": Down},
        stranger(),
        stranger() | {"identified": replace(stranger()["identified"], candidates=(ANA,))},
    ]


def random_job(dice: random.Random, asked: str) -> JobResult:
    if asked == "release_signal":
        return a_job(action=asked, state=dice.choice(["verified", "failed", "unknown", "running"]))
    state = dice.choice(["online", "los", "dying_gasp", "offline", "unknown"])
    found = measured(state, dice.choice([-20.0, -29.0]), access={"blocked": dice.random() < 0.2, "sessions": []})
    return replace(
        found, state=dice.choice(["verified", "verified", "failed", "running"]), age_seconds=dice.random() * 200
    )


def conversation(dice: random.Random) -> list[tuple[Effect, ...]]:
    """A random conversation until somebody else owns it: what was decided, turn by turn."""
    facts = dice.choice(worlds())
    chat = Chat(facts, proof=dice.choice(["two_facts", "one_time_code"]), nlu=Reader(SEVERAL))
    turns: list[tuple[Effect, ...]] = []
    asked = ""
    options: tuple[Option, ...] = ()
    for _ in range(12):
        jobs = [random_job(dice, asked)] if asked else []
        effects = random_turn(dice, chat, jobs, options)
        turns.append(effects)
        if any(isinstance(effect, HandOff | Close) for effect in effects):
            break
        still = asked if jobs and jobs[0].state == "running" else ""
        asked = next(filter(None, map(action_of, effects)), still)
        options = next((effect.options for effect in effects if isinstance(effect, Say) and effect.options), options)
    return turns


def random_turn(
    dice: random.Random, chat: Chat, jobs: list[JobResult], options: tuple[Option, ...]
) -> tuple[Effect, ...]:
    kind = dice.random()
    if kind < 0.15:
        return chat.say(media=dice.choice(MEDIA), jobs=jobs)
    if kind < 0.4 and options:
        option = dice.choice(options)
        return chat.say(option.title, tap=option.id, jobs=jobs)
    if kind < 0.5 and jobs:
        return chat.say(jobs=jobs)
    if kind < 0.55:
        return chat.say("", tap=f"intent:{dice.choice(sorted(ANSWERS))}", jobs=jobs)
    return chat.say(*dice.sample(TEXTS, dice.choice([1, 1, 1, 2])), jobs=jobs)


def action_of(effect: Effect) -> str:
    """The action that the network is asked for, or nothing."""
    return "release_signal" if isinstance(effect, UnlockOnTrust) else getattr(effect, "action", "")


@pytest.mark.parametrize("seed", range(400))
def test_answer_is_one_bubble_that_fits_the_channel(seed: int) -> None:
    turns = conversation(random.Random(seed))
    told = 0
    for effects in turns:
        says = [effect for effect in effects if isinstance(effect, Say)]
        kinds = [type(effect) for effect in effects]
        check_split(says)
        if says:
            told += sum(say.text.count(PROTOCOL) for say in says)
            assert told >= 1, "the first bubble carries the protocol"
        if HandOff in kinds or Close in kinds:
            assert says, "a hand-over and a farewell are said"
            assert sum(say.text.count(PROTOCOL) for say in says) == 1
            assert not any(say.options for say in says)
        else:
            assert sum(say.text.count(PROTOCOL) for say in says) <= 1
        for say in says:
            check_channel(say)
    if says_of(turns) and not ended(turns):
        assert told == 1, "the protocol is told once until the conversation ends"


def check_split(says: list[Say]) -> None:
    """Several bubbles only where one does not fit: a caption is short and takes no buttons, a body has a limit, and
    each file is a bubble."""
    for one, other in pairwise(says):
        caption = one.document and not one.text and (len(other.text) > 1000 or other.options)
        full = len(f"{one.text}\n\n{other.text}") > 1024
        assert caption or full or other.document, (one, other)
    assert sum(bool(say.options) for say in says) <= 1, "one question with buttons at a time"


def says_of(turns: list[tuple[Effect, ...]]) -> list[Say]:
    return [effect for effects in turns for effect in effects if isinstance(effect, Say)]


def ended(turns: list[tuple[Effect, ...]]) -> bool:
    return any(isinstance(effect, HandOff | Close) for effects in turns for effect in effects)


def check_channel(say: Say) -> None:
    """The limits of WhatsApp: 3 buttons of 20, 10 rows of 24 and 72, a body of 1,024 characters."""
    assert say.text or say.document
    assert len(say.text) <= 1024
    assert len(say.options) <= 10
    limit = 20 if len(say.options) <= 3 else 24
    for option in say.options:
        assert 0 < len(option.title) <= limit, option
        assert len(option.about) <= 72
        assert len(option.id) <= 200
    assert len({option.title for option in say.options}) == len(say.options)
    assert (0 < len(say.list_button) <= 20) or len(say.options) <= 3


def test_random_conversations_reach_every_kind_of_end() -> None:
    decided = [effects for seed in range(400) for effects in conversation(random.Random(seed))]
    seen = {type(effect).__name__ for effects in decided for effect in effects}
    assert {"HandOff", "Close", "UnlockOnTrust", "AskNetwork", "OpenTicket", "SendCode", "BindIdentity", "Wait"} <= seen
