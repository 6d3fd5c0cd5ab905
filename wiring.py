"""Builds every port once from the settings and binds the handlers to them: `_routes` is the index of the system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session
from twilio.rest import Client

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
from webhooks.channels.health_ports import NumberHealth
from webhooks.channels.meta import MetaChannel
from webhooks.channels.meta_health import MetaHealth
from webhooks.channels.meta_templates import MetaTemplates
from webhooks.channels.ports import Channel
from webhooks.channels.template_ports import TemplateAdmin
from webhooks.channels.twilio import TwilioChannel
from webhooks.channels.twilio_client import make_client
from webhooks.channels.twilio_health import TwilioHealth
from webhooks.channels.twilio_record import TwilioRecord
from webhooks.channels.twilio_templates import TwilioTemplates
from webhooks.check_number import check_numbers
from webhooks.deliver import deliver
from webhooks.delivery import Delivery
from webhooks.effects.here import Terms
from webhooks.intake import take_in
from webhooks.media_links import MediaLinks
from webhooks.pacing import Pacing, forget_paces
from webhooks.prune import prune_webhooks
from webhooks.reconcile_twilio import reconcile_twilio
from webhooks.simulator import ACCOUNT_ID as SIMULATED_ACCOUNT
from webhooks.stored_contents import StoredContents
from webhooks.sync_templates import sync_templates
from webhooks.template_files import read_templates
from webhooks.typing_indicator import show_typing

# Below this received power (dBm) GPON optics of class B+ stop being reliable; a provider may set its own limit.
WEAK_DBM = -27.0


# What is done again and again without anybody asking: the topic, and every how many seconds.
CHORES = {"check_number": 300.0, "forget_paces": 3600.0, "prune_webhooks": 3600.0, "sync_templates": 3600.0}
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
    routes: Mapping[str, Route]

    @property
    def chores(self) -> Mapping[str, float]:
        """The chores of this deployment: topic, and every how many seconds."""
        return {**CHORES, **(TWILIO_CHORES if self.settings.twilio_account_sid else {})}


def build(settings: Settings, *, pool_size: int = 5) -> Wiring:
    """Builds everything. Opens no connection yet."""
    doorbell = Doorbell(connect(settings.redis_url))
    db = Database(make_engine(settings.database_url, pool_size=pool_size), doorbell.ring)
    links = MediaLinks(settings.public_url, settings.secret_key)
    parser = RasaClient(settings.nlu_url, make_session(), settings.nlu_timeout_seconds)
    return Wiring(settings, db, doorbell, parser, links, _routes(settings, db, parser, links))


def _routes(settings: Settings, db: Database, parser: RasaClient, links: MediaLinks) -> dict[str, Route]:
    erp = LocalErp(SqlStore(db), lambda: load_provider(db))
    channels = _channels(settings, db)
    delivery = Delivery(
        db,
        channels,
        links,
        timedelta(seconds=settings.send_unknown_after_seconds),
        language=settings.customer_language,
        code_template=settings.meta_code_template,
        code_content_sid=settings.twilio_code_content_sid,
        pacing=Pacing(settings.send_per_second, settings.pair_seconds, settings.pair_burst),
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
        orders_on=frozenset({meta_inbound.CHANNEL}) if settings.meta_order_details else frozenset(),
        can_ask={name: _can_ask(channel) for name, channel in channels.items()},
        voice=settings.voice_without_transcript,
        hears=bool(settings.transcription),
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
        **_chores(settings, db),
    }


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
        "forget_paces": Route(partial(forget_paces, db=db)),
        "check_number": Route(partial(check_numbers, db=db, channels=_healths(settings)), most_tries=3),
        "reconcile_twilio": Route(partial(reconcile_twilio, db=db, record=_twilio_record(settings))),
        "prune_webhooks": Route(partial(prune_webhooks, db=db, keep=timedelta(days=settings.webhook_keep_days))),
        "sync_templates": Route(sync),
    }


def _business(db: Database) -> Business:
    """The provider, its terms and the limit for received optical power, as they stand now."""
    with db.reading() as session:
        row = provider_row(session)
        weak = row.policies.get("optical", {}).get("weak_dbm", WEAK_DBM)
        return Business(provider_of(row), policy_of(row), float(weak))


def _channels(settings: Settings, db: Database) -> dict[str, Channel]:
    channels: dict[str, Channel] = {
        meta_inbound.CHANNEL: MetaChannel(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            phone_number_id=settings.meta_phone_number_id,
            access_token=settings.graph_token,
            order_details=settings.meta_order_details,
        )
    }
    if settings.twilio_account_sid:
        channels[twilio_inbound.CHANNEL] = TwilioChannel(
            _twilio(settings),
            contents=StoredContents(db, twilio_inbound.CHANNEL),
            sender=settings.twilio_from,
            status_callback=f"{settings.public_url}/webhooks/twilio",
            messaging_service=settings.twilio_messaging_service_sid,
            language=settings.customer_language,
        )
    return channels


def _healths(settings: Settings) -> dict[str, NumberHealth]:
    healths: dict[str, NumberHealth] = {
        meta_inbound.CHANNEL: MetaHealth(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            phone_number_id=settings.meta_phone_number_id,
            access_token=settings.graph_token,
        )
    }
    if settings.twilio_account_sid:
        healths[twilio_inbound.CHANNEL] = TwilioHealth(
            make_session(),
            api_url=settings.twilio_api_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
        )
    return healths


def _can_ask(channel: Channel) -> frozenset[str]:
    """What the channel has a button for by which customers answer."""
    return frozenset(name for name in ("contact", "location") if f"{name}_request" in channel.kinds)


def template_admins(settings: Settings) -> dict[str, TemplateAdmin]:
    """Who keeps the templates of each channel; none of those that are not set up for it."""
    admins: dict[str, TemplateAdmin] = {}
    account = SIMULATED_ACCOUNT if settings.simulated_channel else settings.meta_account_id
    if account:
        admins[meta_inbound.CHANNEL] = MetaTemplates(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            account_id=account,
            access_token=settings.graph_token,
        )
    if settings.twilio_account_sid:
        admins[twilio_inbound.CHANNEL] = TwilioTemplates(
            make_session(),
            content_url=settings.twilio_content_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
        )
    return admins


def _twilio(settings: Settings) -> Client:
    return make_client(
        make_session(),
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_url=settings.twilio_api_url,
        content_url=settings.twilio_content_url,
    )


def _twilio_record(settings: Settings) -> TwilioRecord | None:
    if not settings.twilio_account_sid:
        return None
    return TwilioRecord(_twilio(settings), api_url=settings.twilio_api_url, sender=settings.twilio_from)


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
