"""Serving what waited for the ERP: when it may be asked again, each wish becomes a turn of the bot's, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import exists, select

from billing.circuit import Gate
from billing.provider_row import provider_row
from billing.wish_terms import wish_terms_of
from bot.apply import Applied, apply
from bot.money_effects import KeepWish
from bot.snapshot import read_snapshot
from bot.texts import Texts
from bot.turns import Bot, decided
from bot.wish_ledger import end, settle, waiting_wish
from core.db import Database
from core.errors import Conflict
from models import utc_now
from models.outbox import Outbox, add_work
from models.wish import Wish

TOPIC = "wish"
# An ERP that comes back is not asked by everybody at once.
MOST_AT_ONCE = 20


def plan_wishes(
    _: int, *, db: Database, texts: Texts, gate: Callable[[], Gate], clock: Callable[[], datetime] = utc_now
) -> None:
    """Ends the wishes that are too late or that people have, and plans a turn for the others, the oldest first, unless
    it is night or `gate` says that the ERP is not to be asked. May be called at any time and twice; costs one read
    while nothing waits.

    While nobody knows whether the ERP is back, one wish finds out.
    """
    now = clock()
    with db.reading() as session:
        ids = session.scalars(select(Wish.id).where(Wish.state == "waiting").order_by(Wish.id)).all()
    left = [wish_id for wish_id in ids if _still_waits(db, wish_id, texts)]
    if not left:
        return
    with db.reading() as session:
        provider = provider_row(session)
        night = wish_terms_of(provider).quiet(now, provider.timezone)
    seen = gate()
    if night or seen == "open":
        return
    most = 1 if seen == "probe" else MOST_AT_ONCE
    with db.transaction() as session:
        for wish_id in left[:most]:
            planned = exists().where(Outbox.topic == TOPIC, Outbox.ref_id == wish_id, Outbox.done_at.is_(None))
            if not session.scalar(select(planned)):
                add_work(session, TOPIC, wish_id)


def _still_waits(db: Database, wish_id: int, texts: Texts) -> bool:
    with db.transaction() as session:
        wish = waiting_wish(session, wish_id)
        return wish is not None and settle(session, wish, utc_now(), texts)


def serve_wish(wish_id: int, *, bot: Bot) -> None:
    """Answers the wish as a turn of the bot's; nothing while the ERP is still away, or while the customer's own words
    wait for their turn, which comes first. May be called twice and in parallel: what is said and the end of the wish
    are one transaction. Raises Conflict when the conversation changed meanwhile."""
    with bot.db.reading() as session:
        wish = session.get(Wish, wish_id)
        if wish is None or wish.state != "waiting":
            return
        snapshot = read_snapshot(session, wish.conversation_id)
    asked = bool(snapshot.dialogue.expect and snapshot.dialogue.intent)
    quiet = snapshot.quiet_until is not None and snapshot.quiet_until > utc_now()
    if snapshot.handler != "bot" or snapshot.inbound or snapshot.jobs or asked or quiet:
        return
    effects, _ = decided(bot, snapshot, (wish.intent,))
    if not effects or any(isinstance(effect, KeepWish) for effect in effects):
        return
    with bot.db.transaction() as session:
        row = waiting_wish(session, wish_id)
        if row is None or not settle(session, row, utc_now(), bot.texts):
            return
        end(session, row, "served")
        session.flush()
        if not apply(session, snapshot, effects, Applied(bot.sources.secret_key, bot.texts, bot.keep_seconds)):
            raise Conflict("conversation_changed", str(wish.conversation_id))
