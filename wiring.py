"""Builds every port once from the settings and binds the handlers to them: `_routes` is the index of the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, cast

from sqlalchemy.orm import Session

from billing import unlock_ledger
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider, policy_of, provider_of, provider_row
from bot import line_watch
from bot.facts import Sources
from bot.texts import Texts
from bot.turns import Bot, Business, give_up, take_turn
from core.db import Database, make_engine
from core.http import make_session
from core.media_store import MediaStore, media_store
from core.queue import Doorbell, connect
from core.route import Route
from core.settings import Settings
from models.network_job import NetworkJob
from models.trust_unlock import TrustUnlock
from nlu.client import RasaClient
from nlu.transcription import Transcriber, load_transcriber
from provisioning import diagnosis_context
from provisioning.action import BLOCK_SIGNAL
from provisioning.device_log import forget_network
from provisioning.devices import DevicePlant
from provisioning.drivers import radius
from provisioning.onu_request import onu_changed
from provisioning.ports import AccessControl
from provisioning.radius.tables import BlockBy
from provisioning.request import ask, target_of
from provisioning.run import run
from provisioning.run_many import Feed, feed_batch
from provisioning.vault import Vault
from webhooks.channels import meta_inbound
from webhooks.channels.ports import Channel
from webhooks.check_number import check_numbers
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.effects.here import Terms
from webhooks.expire_media import expire_media
from webhooks.fetch_media import MEGABYTE, MediaDesk, fetch_media
from webhooks.intake import take_in
from webhooks.media_links import MediaLinks
from webhooks.pacing import Pacing, forget_paces
from webhooks.prune import prune_webhooks
from webhooks.reconcile_twilio import reconcile_twilio
from webhooks.sync_templates import sync_templates
from webhooks.template_files import read_templates
from webhooks.transcribe import Hearing, go_on_without, transcribe
from webhooks.typing_indicator import show_typing
from wiring_channels import asks_of, channels_of, media_sources, number_healths, template_admins, twilio_record
from wiring_outages import SWEEP_CHORES, outage_routes

# What is done again and again without anybody asking: the topic, and every how many seconds.
CHORES = {
    "check_number": 300.0,
    "expire_media": 3600.0,
    "forget_network": 3600.0,
    "forget_paces": 3600.0,
    "prune_webhooks": 3600.0,
    "sync_templates": 3600.0,
    "watch_incidents": 30.0,
}
# As long as Twilio is configured.
TWILIO_CHORES = {"reconcile_twilio": 300.0}


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

    @property
    def chores(self) -> Mapping[str, float]:
        """The chores of this deployment: topic, and every how many seconds."""
        twilio = TWILIO_CHORES if self.settings.twilio_account_sid else {}
        return {**CHORES, **(SWEEP_CHORES if self.settings.sweep_seconds else {}), **twilio}


def build(settings: Settings, *, pool_size: int = 5) -> Wiring:
    """Builds everything. Opens no connection yet."""
    doorbell = Doorbell(connect(settings.redis_url))
    db = Database(make_engine(settings.database_url, pool_size=pool_size), doorbell.ring)
    links = MediaLinks(settings.public_url, settings.secret_key)
    parser = RasaClient(settings.nlu_url, make_session(), settings.nlu_timeout_seconds)
    store = media_store(settings)
    routes = {
        **_routes(settings, db, parser, links),
        **_media_routes(settings, db, store),
        **_chores(settings, db),
        **outage_routes(settings, db, plant_of(settings, db)),
    }
    return Wiring(settings, db, doorbell, parser, links, store, routes)


def _routes(settings: Settings, db: Database, parser: RasaClient, links: MediaLinks) -> dict[str, Route]:
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    channels = channels_of(settings, db)
    delivery = _delivery(settings, db, channels, links)
    debounce = timedelta(seconds=settings.turn_debounce_seconds)
    texts = Texts.load(settings.customer_language)
    bot = Bot(
        db=db,
        sources=Sources(
            db, erp, parser, settings.secret_key, vault=vault_of(settings), language=settings.customer_language
        ),
        business=partial(_business, db),
        texts=texts,
        proof=settings.identity_proof,
        debounce=debounce,
        orders_on=frozenset({meta_inbound.CHANNEL}) if settings.meta_order_details else frozenset(),
        can_ask={name: asks_of(channel) for name, channel in channels.items()},
        voice=settings.voice_without_transcript,
        hears=bool(settings.transcription),
        keep_seconds=settings.diagnosis_keep_seconds,
    )
    terms = Terms(
        debounce=debounce,
        answer_limit=timedelta(minutes=settings.answer_limit_minutes),
        quiet=timedelta(minutes=settings.echo_quiet_minutes),
        texts=texts,
        transcribes=bool(settings.transcription),
    )
    plant, vault = plant_of(settings, db), vault_of(settings)
    network = partial(run, db=db, plant=plant, finished=job_finished, vault=vault)
    batch = partial(feed_batch, feed=Feed(db, plant, job_finished, vault))
    expiry = partial(unlock_ledger.expire, db=db, erp=erp, ask_block=_ask_block)
    return {
        "intake": Route(partial(take_in, db=db, terms=terms)),
        "turn": Route(partial(take_turn, bot=bot), most_tries=6, give_up=partial(give_up, bot=bot)),
        "deliver": Route(partial(deliver, delivery=delivery)),
        "typing": Route(partial(show_typing, db=db, channels=channels), most_tries=1),
        "network": Route(network),
        "batch": Route(batch),
        "unlock_expiry": Route(expiry),
        "watch_line": Route(partial(line_watch.look, db=db, texts=texts)),
    }


def _delivery(settings: Settings, db: Database, channels: Mapping[str, Channel], links: MediaLinks) -> Delivery:
    return Delivery(
        db,
        channels,
        links,
        timedelta(seconds=settings.send_unknown_after_seconds),
        language=settings.customer_language,
        code_template=settings.meta_code_template,
        code_content_sid=settings.twilio_code_content_sid,
        pacing=Pacing(settings.send_per_second, settings.pair_seconds, settings.pair_burst),
    )


def _media_routes(settings: Settings, db: Database, store: MediaStore) -> dict[str, Route]:
    """Customers' files: fetched, heard, deleted."""
    keep = timedelta(days=settings.media_keep_days)
    desk = MediaDesk(db, media_sources(settings), store, settings.media_most_megabytes * MEGABYTE, keep)
    debounce = timedelta(seconds=settings.turn_debounce_seconds)
    hearing = Hearing(db, store, _transcriber(settings), settings.customer_language[:2], debounce)
    return {
        "fetch_media": Route(partial(fetch_media, desk=desk)),
        "transcribe": Route(
            partial(transcribe, hearing=hearing), most_tries=3, give_up=partial(go_on_without, hearing=hearing)
        ),
        "expire_media": Route(partial(expire_media, db=db, store=store)),
    }


def _transcriber(settings: Settings) -> Transcriber | None:
    if not settings.transcription:
        return None
    return load_transcriber(settings.transcription, settings.transcription_model)


def _chores(settings: Settings, db: Database) -> dict[str, Route]:
    """What CHORES names."""
    sync = partial(
        sync_templates,
        db=db,
        admins=template_admins(settings),
        files=partial(read_templates, settings.customer_language),
        # Nobody is billed or reviewed there, and the demo is to be complete.
        push=settings.simulated_channel,
    )
    return {
        "forget_network": Route(partial(forget_network, db=db)),
        "forget_paces": Route(partial(forget_paces, db=db)),
        "check_number": Route(partial(check_numbers, db=db, channels=number_healths(settings)), most_tries=3),
        "reconcile_twilio": Route(partial(reconcile_twilio, db=db, record=twilio_record(settings))),
        "prune_webhooks": Route(partial(prune_webhooks, db=db, keep=timedelta(days=settings.webhook_keep_days))),
        "sync_templates": Route(sync),
    }


def _business(db: Database) -> Business:
    """The provider and its terms, as they stand now."""
    with db.reading() as session:
        row = provider_row(session)
        return Business(provider_of(row), policy_of(row))


def _access(settings: Settings) -> AccessControl | None:
    if not settings.radius_database_url:
        return None
    return radius.make(
        settings.radius_database_url,
        secret=settings.radius_secret,
        coa_host=settings.radius_coa_host,
        coa_port=settings.radius_coa_port,
        suspended_group=settings.radius_suspended_group,
        block_by=cast(BlockBy, settings.radius_block_by),
        coa=cast(Literal["disconnect", "coa"], settings.radius_coa),
        per_second=settings.radius_per_second,
        settle_seconds=settings.radius_settle_seconds,
    )


def vault_of(settings: Settings) -> Vault | None:
    """What locks the secrets of devices and jobs; None without a DEVICE_KEY."""
    return Vault(settings.device_key) if settings.device_key else None


def plant_of(settings: Settings, db: Database) -> DevicePlant:
    """The provider's equipment."""
    simulated = {"url": settings.simulated_network_url}
    defaults = {"simulator": simulated, "simulator_acs": simulated} if settings.simulated_network_url else {}
    return DevicePlant(db, vault_of(settings), _access(settings), defaults)


def job_finished(session: Session, job: NetworkJob) -> None:
    """What hangs on the end of a job, in the transaction that ends it."""
    unlock_ledger.job_finished(session, job)
    onu_changed(session, job)
    diagnosis_context.complete(session, job)
    line_watch.measured(session, job)


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
