"""What is worth telling somebody who waits: once what awaits them, then only what really changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handoff.routing.outlook import Outlook
from handoff.routing.terms import Routing


@dataclass(frozen=True)
class News:
    """`kind`: first, closed (people are not there), moved (another queue), closer (clearly up the line), longer (than
    was said) or offer (only another time). With `offers_later` another time is offered beside it."""

    kind: str
    offers_later: bool = False


def news(told: Mapping[str, Any], outlook: Outlook, *, since: datetime, now: datetime, terms: Routing) -> News | None:
    """What to tell now of a wait that began at `since`, None while there is nothing new. `told` is what was told of it
    (Conversation.told)."""
    if "silent" in told or "callback" in told:
        return None
    if outlook.hours.closed:
        # Once in each closed period, and until it ends nothing else.
        return None if told.get("closed") == _period(outlook) else News("closed")
    if "queue" not in told:
        return News("first")
    if "at" in told and now < _moment(told["at"]) + timedelta(minutes=terms.retell_minutes):
        return None
    wait = timedelta(minutes=terms.callback_minutes)
    offers = bool(wait) and "offered" not in told and now >= since + wait
    kind = _change(told, outlook, now, terms) or ("offer" if offers else "")
    return News(kind, offers) if kind else None


def told_now(told: Mapping[str, Any], outlook: Outlook, kept: News, now: datetime) -> dict[str, Any]:
    """What `told` is once that news was told."""
    more: dict[str, Any] = {"queue": outlook.queue, "place": outlook.place, "at": now.isoformat()}
    if kept.kind == "closed":
        more["closed"] = _period(outlook)
    elif kept.kind != "offer":
        more["until"] = (now + timedelta(minutes=outlook.minutes.high)).isoformat() if outlook.minutes else None
    if kept.offers_later:
        more["offered"] = True
    return {**told, **more}


def _change(told: Mapping[str, Any], outlook: Outlook, now: datetime, terms: Routing) -> str:
    if told["queue"] != outlook.queue:
        return "moved"
    up = told.get("place", outlook.place) - outlook.place
    if up > 0 and (up >= terms.retell_places or outlook.place == 1):
        return "closer"
    return "longer" if told.get("until") and now > _moment(told["until"]) else ""


def _period(outlook: Outlook) -> str:
    return outlook.hours.opens_at.isoformat() if outlook.hours.opens_at else "never"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
