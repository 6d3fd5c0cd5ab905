"""The terms of an agreement in words: as one line of an offer, and whole for the customer to agree to."""

from __future__ import annotations

from billing.negotiation import NegotiationPolicy, Offer
from bot.effects import Option
from bot.texts import Texts
from core.dates import format_date
from core.money import format_brl

LONGEST_LISTED = 3


def told(texts: Texts, offer: Offer) -> str:
    """The offer in a line, with exact amounts."""
    parts = [(format_brl(part.amount_cents), format_date(part.due)) for part in offer.instalments]
    if len(parts) <= LONGEST_LISTED:
        listed = "; ".join(texts("deal.part", amount=amount, due=due) for amount, due in parts)
    else:
        (first, due), amount = parts[0], parts[-1][0]
        listed = texts("deal.first_and_more", first=first, due=due, more=len(parts) - 1, amount=amount)
    discount = texts("deal.discount", discount=format_brl(offer.discount_cents)) if offer.discount_cents else ""
    total = format_brl(offer.total_cents)
    return texts("deal.offer", count=offer.count, parts=listed, total=total, discount=discount)


def option_of(texts: Texts, name: str, offer: Offer) -> Option:
    """The button of the offer."""
    amount = format_brl(offer.instalments[-1].amount_cents)
    return Option(name, texts("deal.title", count=offer.count, amount=amount)[:20])


def confirming(texts: Texts, number: str, offer: Offer, policy: NegotiationPolicy, *, waits: bool) -> str:
    """All the terms, each instalment with its day; `waits` says that finance or a person sees it first."""
    parts = [
        texts("deal.confirm_part", place=place, amount=format_brl(part.amount_cents), due=format_date(part.due))
        for place, part in enumerate(offer.instalments, 1)
    ]
    first = policy.release == "first_instalment"
    sentences = [texts("deal.release_first") if first else texts("deal.release_now")]
    if waits:
        sentences.append(texts("deal.approval"))
    return texts(
        "deal.confirm",
        number=number,
        debt=format_brl(offer.debt_cents),
        discount=format_brl(offer.discount_cents),
        total=format_brl(offer.total_cents),
        parts="\n".join(parts),
        release=" ".join(sentences),
        days=policy.broken_after_days,
    )
