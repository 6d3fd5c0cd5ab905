"""What somebody who waits for a person is told, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.effects import Option, Say
from bot.texts import Texts
from handoff.routing.callback import LATER
from handoff.routing.news import News
from handoff.routing.outlook import Hours, Outlook

When = Callable[[datetime], str]
"""Says a moment as one says it now."""

_BEGINS = {"closer": "waiting.closer", "moved": "waiting.moved", "longer": "waiting.longer"}


def told(texts: Texts, news: News, outlook: Outlook, when: When) -> Say:
    """The news as a bubble, with a button where another time is offered."""
    parts = [texts(_BEGINS[news.kind])] if news.kind in _BEGINS else []
    if news.kind != "offer":
        parts.append(outlook_in_words(texts, outlook, when))
    if not news.offers_later:
        return Say(" ".join(parts))
    return Say("\n\n".join([" ".join(parts), texts("waiting.offer")]).strip(), (Option(LATER, texts("button.later")),))


def outlook_in_words(texts: Texts, outlook: Outlook, when: When) -> str:
    """The place and the time; or, where people are not there, what will happen and when."""
    if outlook.hours.closed:
        opens_at = outlook.hours.opens_at
        return texts("waiting.closed", when=when(opens_at)) if opens_at else texts("waiting.closed_for_now")
    place = texts("waiting.next") if outlook.place == 1 else texts("waiting.place", place=outlook.place)
    if outlook.minutes is None:
        return f"{place} {texts('waiting.unknown')}"
    return f"{place} {texts('waiting.minutes', low=outlook.minutes.low, high=outlook.minutes.high)}"


def later_in_words(texts: Texts, hours: Hours, when: When) -> str:
    """The answer to the tap that asks for another time."""
    if hours.closed and hours.opens_at:
        return texts("waiting.later_closed", when=when(hours.opens_at))
    return texts("waiting.later")
