"""What a text asks for: which of it is answered, which is asked back first, and what is only courtesy. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.answers import ANSWERS
from bot.dialogue import Dialogue, contract_of, intent_of
from nlu.understanding import BANDS, Band, Understanding

COURTESY = frozenset({"greet", "thanks", "goodbye", "affirm", "deny"})
# Nothing is served by these, so they are no subject of the conversation and never asked back.
SMALL_TALK = COURTESY | {"bot_challenge", "help_menu", "out_of_scope", "talk_to_human"}
# One look at the line answers all of them; said again while an action runs, they are impatience for its result.
OF_THE_NETWORK = frozenset({"signal_release", "outage_no_connection", "slow_internet"})


@dataclass(frozen=True)
class Wishes:
    """Intents in the order of the text: `sure` are to be answered, `unsure` to be asked back first.

    `complains` is a complaint beside them, `person` the wish for a human being.
    """

    sure: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    complains: bool = False
    person: bool = False


def read(meant: Understanding) -> Wishes:
    """The wishes in an understanding. None where the model was away, or is sure that it is no matter of ours."""
    if meant.source == "unavailable" or (meant.intent == "out_of_scope" and meant.band == "act"):
        return Wishes()
    bands = _bands(meant)
    known = {name: band for name, band in bands.items() if name in ANSWERS and name not in SMALL_TALK}
    complains = "complaint" in known and any(band != "menu" for name, band in known.items() if name != "complaint")
    if complains:
        # Anger beside a request is no wish of its own: what helps is that the request is served.
        del known["complaint"]
    person = bands.get("talk_to_human") == "act" or (meant.intent == "talk_to_human" and meant.band == "confirm")
    sure = tuple(name for name, band in known.items() if band == "act")
    unsure = tuple(name for name, band in known.items() if band == "confirm")
    return Wishes(sure, unsure, complains, person)


def _bands(meant: Understanding) -> dict[str, Band]:
    """The best band of each intent, in the order of the text."""
    found = [(one.intent, one.band) for one in sorted(meant.requests, key=lambda one: one.start)]
    if meant.intent not in {name for name, _ in found}:
        found.insert(0, (meant.intent, meant.band))
    else:
        found.append((meant.intent, meant.band))
    bands: dict[str, Band] = {}
    for name, band in found:
        bands[name] = min(band, bands.get(name, band), key=BANDS.index)
    return bands


def likely(meant: Understanding) -> tuple[str, ...]:
    """What the model thinks of at all and we have an answer for, the likeliest first, courtesies left out."""
    return tuple(name for name, _ in meant.ranking if name in ANSWERS and name not in SMALL_TALK)


def taken(dialogue: Dialogue, wish: str) -> Dialogue:
    """The dialogue once the turn of `wish` has come; the same look at the line does for others like it."""
    gone = {wish}
    if intent_of(wish) in OF_THE_NETWORK and wish not in dialogue.unsure:
        gone |= {
            other
            for other in dialogue.pending
            if intent_of(other) in OF_THE_NETWORK and contract_of(other) == contract_of(wish)
        }
    answered = (intent_of(other) for other in dialogue.pending if other in gone - {wish})
    return replace(
        dialogue,
        pending=tuple(other for other in dialogue.pending if other not in gone),
        unsure=tuple(other for other in dialogue.unsure if other not in gone),
        intents=tuple(dict.fromkeys((*dialogue.intents, *answered))),
    )
