"""Builds every port once from the settings and binds the handlers to them: `_routes` is the index of the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from billing import unlock_ledger
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider, policy_of, provider_of, provider_row
from bot.facts import Sources
from bot.texts import Texts
from bot.turns import Bot, Business, give_up, take_turn
from core.db import Database, make_engine
from core.http import make_session
from core.queue import Doorbell, connect
from core.route import Route
from core.settings import Settings
from models.trust_unlock import TrustUnlock
from nlu.client import RasaClient
from provisioning.actions import BLOCK_SIGNAL
from provisioning.drivers import radius, simulator
from provisioning.ports import AccessControl, LineReader
from provisioning.request import ask, target_of
from provisioning.run import run
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.channels.meta import MetaChannel
from webhooks.channels.ports import Channel
from webhooks.channels.twilio import TwilioChannel
from webhooks.deliver import Delivery, deliver, show_typing
from webhooks.effects.here import Terms
from webhooks.intake import take_in
from webhooks.media_links import MediaLinks
from webhooks.prune import prune_webhooks

# Below this received power (dBm) GPON optics of class B+ stop being reliable; a provider may set its own limit.
WEAK_DBM = -27.0


# What is done again and again without anybody asking: the topic, and every how many seconds.
CHORES = {"prune_webhooks": 3600.0}


@dataclass(frozen=True)
class Wiring:
    """What the front hall works with."""

    settings: Settings
    db: Database
    doorbell: Doorbell
    parser: RasaClient
    links: MediaLinks
    routes: Mapping[str, Route]


def build(settings: Settings, *, pool_size: int = 5) -> Wiring:
    """Builds everything. Opens no connection yet."""
    doorbell = Doorbell(connect(settings.redis_url))
    db = Database(make_engine(settings.database_url, pool_size=pool_size), doorbell.ring)
    links = MediaLinks(settings.public_url, settings.secret_key)
    parser = RasaClient(settings.nlu_url, make_session(), settings.nlu_timeout_seconds)
    return Wiring(settings, db, doorbell, parser, links, _routes(settings, db, parser, links))


def _routes(settings: Settings, db: Database, parser: RasaClient, links: MediaLinks) -> dict[str, Route]:
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    channels = _channels(settings)
    delivery = Delivery(
        db,
        channels,
        links,
        timedelta(seconds=settings.send_unknown_after_seconds),
        language=settings.customer_language,
        code_template=settings.meta_code_template,
    )
    debounce = timedelta(seconds=settings.turn_debounce_seconds)
    texts = Texts.load(settings.customer_language)
    bot = Bot(
        db=db,
        sources=Sources(db, erp, parser, settings.secret_key, language=settings.customer_language),
        business=partial(_business, db),
        texts=texts,
        proof=settings.identity_proof,
        debounce=debounce,
    )
    terms = Terms(
        debounce=debounce,
        answer_limit=timedelta(minutes=settings.answer_limit_minutes),
        quiet=timedelta(minutes=settings.echo_quiet_minutes),
        texts=texts,
    )
    network = partial(run, db=db, access=_access(settings), lines=_lines(settings), finished=unlock_ledger.job_finished)
    expiry = partial(unlock_ledger.expire, db=db, erp=erp, ask_block=_ask_block)
    return {
        "intake": Route(partial(take_in, db=db, terms=terms)),
        "turn": Route(partial(take_turn, bot=bot), most_tries=6, give_up=partial(give_up, bot=bot)),
        "deliver": Route(partial(deliver, delivery=delivery)),
        "typing": Route(partial(show_typing, db=db, channels=channels), most_tries=1),
        "network": Route(network),
        "unlock_expiry": Route(expiry),
        "prune_webhooks": Route(partial(prune_webhooks, db=db, keep=timedelta(days=settings.webhook_keep_days))),
    }


def _business(db: Database) -> Business:
    """The provider, its terms and the limit for received optical power, as they stand now."""
    with db.reading() as session:
        row = provider_row(session)
        weak = row.policies.get("optical", {}).get("weak_dbm", WEAK_DBM)
        return Business(provider_of(row), policy_of(row), float(weak))


def _channels(settings: Settings) -> dict[str, Channel]:
    channels: dict[str, Channel] = {
        meta_inbound.CHANNEL: MetaChannel(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            phone_number_id=settings.meta_phone_number_id,
            access_token=settings.graph_token,
        )
    }
    if settings.twilio_account_sid:
        channels[twilio_inbound.CHANNEL] = TwilioChannel(
            make_session(),
            api_url=settings.twilio_api_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
            status_callback=f"{settings.public_url}/webhooks/twilio",
        )
    return channels


def _access(settings: Settings) -> AccessControl | None:
    if not settings.radius_database_url:
        return None
    return radius.make(
        settings.radius_database_url,
        secret=settings.radius_secret,
        coa_host=settings.radius_coa_host,
        coa_port=settings.radius_coa_port,
        suspended_group=settings.radius_suspended_group,
        settle_seconds=settings.radius_settle_seconds,
    )


def _lines(settings: Settings) -> LineReader | None:
    if settings.line_driver == "simulator":
        return simulator.SimulatorLines(settings.line_driver_url)
    return None


def _ask_block(session: Session, unlock: TrustUnlock) -> None:
    """An expired, unpaid trust unlock: the same door to the network as the bot's and the console's."""
    ask(
        session,
        BLOCK_SIGNAL,
        target=target_of(session, unlock.contract_ref),
        reason="trust_unlock_expired",
        asked_by="clock",
        cause=f"trust:{unlock.id}",
        conversation_id=unlock.conversation_id,
        trust_unlock_id=unlock.id,
    )
