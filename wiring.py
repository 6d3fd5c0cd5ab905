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
from core.media_store import MediaStore, media_store
from core.queue import Doorbell, connect
from core.route import Route
from core.settings import Settings
from models.trust_unlock import TrustUnlock
from nlu.client import RasaClient
from nlu.transcription import Transcriber, load_transcriber
from provisioning.actions import BLOCK_SIGNAL
from provisioning.drivers import radius, simulator
from provisioning.ports import AccessControl, LineReader
from provisioning.request import ask, target_of
from provisioning.run import run
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.channels.meta import MetaChannel
from webhooks.channels.meta_media import MetaMedia
from webhooks.channels.ports import Channel, MediaSource
from webhooks.channels.twilio import TwilioChannel
from webhooks.deliver import Delivery, deliver, show_typing
from webhooks.expire_media import expire_media
from webhooks.fetch_media import MEGABYTE, MediaDesk, fetch_media
from webhooks.intake import take_in
from webhooks.media_links import MediaLinks
from webhooks.prune import prune_webhooks
from webhooks.transcribe import Hearing, go_on_without, transcribe

# Below this received power (dBm) GPON optics of class B+ stop being reliable; a provider may set its own limit.
WEAK_DBM = -27.0


# What is done again and again without anybody asking: the topic, and every how many seconds.
CHORES = {"prune_webhooks": 3600.0, "expire_media": 3600.0}


@dataclass(frozen=True)
class Wiring:
    """What the front hall works with."""

    settings: Settings
    db: Database
    doorbell: Doorbell
    parser: RasaClient
    links: MediaLinks
    store: MediaStore
    routes: Mapping[str, Route]


def build(settings: Settings, *, pool_size: int = 5) -> Wiring:
    """Builds everything. Opens no connection yet."""
    doorbell = Doorbell(connect(settings.redis_url))
    db = Database(make_engine(settings.database_url, pool_size=pool_size), doorbell.ring)
    links = MediaLinks(settings.public_url, settings.secret_key)
    parser = RasaClient(settings.nlu_url, make_session(), settings.nlu_timeout_seconds)
    store = media_store(settings)
    routes = {**_routes(settings, db, parser, links), **_media_routes(settings, db, store)}
    return Wiring(settings, db, doorbell, parser, links, store, routes)


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
    bot = Bot(
        db=db,
        sources=Sources(db, erp, parser, settings.secret_key, language=settings.customer_language),
        business=partial(_business, db),
        texts=Texts.load(settings.customer_language),
        proof=settings.identity_proof,
        debounce=debounce,
        can_ask={name: _can_ask(channel) for name, channel in channels.items()},
        voice=settings.voice_without_transcript,
        hears=bool(settings.transcription),
    )
    intake = partial(
        take_in,
        db=db,
        debounce_seconds=settings.turn_debounce_seconds,
        answer_limit=timedelta(minutes=settings.answer_limit_minutes),
        transcribes=bool(settings.transcription),
    )
    network = partial(run, db=db, access=_access(settings), lines=_lines(settings), finished=unlock_ledger.job_finished)
    expiry = partial(unlock_ledger.expire, db=db, erp=erp, ask_block=_ask_block)
    return {
        "intake": Route(intake),
        "turn": Route(partial(take_turn, bot=bot), most_tries=6, give_up=partial(give_up, bot=bot)),
        "deliver": Route(partial(deliver, delivery=delivery)),
        "typing": Route(partial(show_typing, db=db, channels=channels), most_tries=1),
        "network": Route(network),
        "unlock_expiry": Route(expiry),
        "prune_webhooks": Route(partial(prune_webhooks, db=db, keep=timedelta(days=settings.webhook_keep_days))),
    }


def _media_routes(settings: Settings, db: Database, store: MediaStore) -> dict[str, Route]:
    """Customers' files: fetched, heard, deleted."""
    keep = timedelta(days=settings.media_keep_days)
    desk = MediaDesk(db, _media_sources(settings), store, settings.media_most_megabytes * MEGABYTE, keep)
    debounce = timedelta(seconds=settings.turn_debounce_seconds)
    hearing = Hearing(db, store, _transcriber(settings), settings.customer_language[:2], debounce)
    return {
        "fetch_media": Route(partial(fetch_media, desk=desk)),
        "transcribe": Route(
            partial(transcribe, hearing=hearing), most_tries=3, give_up=partial(go_on_without, hearing=hearing)
        ),
        "expire_media": Route(partial(expire_media, db=db, store=store)),
    }


def _media_sources(settings: Settings) -> dict[str, MediaSource]:
    meta = MetaMedia(
        make_session(),
        graph_url=settings.graph_url,
        version=settings.meta_api_version,
        access_token=settings.graph_token,
    )
    return {meta_inbound.CHANNEL: meta}


def _transcriber(settings: Settings) -> Transcriber | None:
    if not settings.transcription:
        return None
    return load_transcriber(settings.transcription, settings.transcription_model)


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


def _can_ask(channel: Channel) -> frozenset[str]:
    """What the channel has a button for by which customers answer."""
    return frozenset(name for name in ("contact", "location") if f"{name}_request" in channel.kinds)


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
