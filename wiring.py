"""Builds every port once from the settings and binds the handlers to them: `_routes` is the index of the system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from billing.ports import Erp
from billing.provider_row import policy_of, provider_of, provider_row, settlement_of
from bot.after_close import hear_after_close, reopen_unheard
from bot.facts import Sources
from bot.house_texts import HouseTexts
from bot.serve_wishes import serve_wish
from bot.survey_comment import let_comment_through, take_comment
from bot.texts import Texts
from bot.turns import Bot, Business, give_up, take_turn
from core.db import Database, make_engine
from core.http import make_session
from core.media_store import MediaStore, media_store
from core.queue import Doorbell, connect
from core.route import Route
from core.settings import Settings
from nlu.client import RasaClient
from nlu.transcription import Transcriber, load_transcriber
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
from wiring_api import API_CHORES, api_routes
from wiring_channels import asks_of, channels_of, media_sources, number_healths, template_admins, twilio_record
from wiring_desk import DESK_CHORES, desk_routes
from wiring_erp import answers_far_away, erp_of
from wiring_money import money_chores, money_routes
from wiring_network import NETWORK_CHORES, SWEEP_CHORES, network_routes, vault_of

# What is done again and again without anybody asking: the topic, and every how many seconds.
CHORES = {
    "check_number": 300.0,
    "expire_media": 3600.0,
    "forget_paces": 3600.0,
    "prune_webhooks": 3600.0,
    "sync_templates": 3600.0,
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
        return {
            **CHORES,
            **DESK_CHORES,
            **API_CHORES,
            **NETWORK_CHORES,
            **money_chores(self.settings),
            **(SWEEP_CHORES if self.settings.sweep_seconds else {}),
            **twilio,
        }


def build(settings: Settings, *, pool_size: int = 5) -> Wiring:
    """Builds everything. Opens no connection yet."""
    doorbell = Doorbell(connect(settings.redis_url))
    db = Database(make_engine(settings.database_url, pool_size=pool_size), doorbell.ring)
    links = MediaLinks(settings.public_url, settings.secret_key)
    parser = RasaClient(settings.nlu_url, make_session(), settings.nlu_timeout_seconds)
    store = media_store(settings)
    erp = erp_of(settings, db)
    texts = HouseTexts(db, settings.customer_language)
    routes = {
        **_routes(settings, db, parser, links, erp, texts),
        **_media_routes(settings, db, store),
        **_chores(settings, db),
        **desk_routes(settings, db, erp, parser, texts),
        **api_routes(settings, db),
        **network_routes(settings, db, erp, texts),
        **money_routes(settings, db, erp, store, texts),
    }
    following = {topic: _after(texts.follow, route) for topic, route in routes.items()}
    return Wiring(settings, db, doorbell, parser, links, store, following)


def _after(look: Callable[[], None], route: Route) -> Route:
    """The route with a look at what may have changed before each piece of its work."""

    def first(work: Callable[[int], None], ref_id: int) -> None:
        look()
        work(ref_id)

    return replace(route, handle=partial(first, route.handle), give_up=partial(first, route.give_up))


def _routes(
    settings: Settings, db: Database, parser: RasaClient, links: MediaLinks, erp: Erp, texts: Texts
) -> dict[str, Route]:
    channels = channels_of(settings, db)
    delivery = _delivery(settings, db, channels, links)
    debounce = timedelta(seconds=settings.turn_debounce_seconds)
    bot = _bot(settings, db, parser, erp, texts, {name: asks_of(channel) for name, channel in channels.items()})
    terms = Terms(
        debounce=debounce,
        answer_limit=timedelta(minutes=settings.answer_limit_minutes),
        quiet=timedelta(minutes=settings.echo_quiet_minutes),
        texts=texts,
        transcribes=bool(settings.transcription),
    )
    return {
        "intake": Route(partial(take_in, db=db, terms=terms)),
        "turn": Route(partial(take_turn, bot=bot), most_tries=6, give_up=partial(give_up, bot=bot)),
        "after_close": Route(
            partial(hear_after_close, bot=bot), most_tries=6, give_up=partial(reopen_unheard, bot=bot)
        ),
        "survey_comment": Route(
            partial(take_comment, bot=bot), most_tries=6, give_up=partial(let_comment_through, bot=bot)
        ),
        "wish": Route(partial(serve_wish, bot=bot), most_tries=3),
        "deliver": Route(partial(deliver, delivery=delivery)),
        "typing": Route(partial(show_typing, db=db, channels=channels), most_tries=1),
    }


def _bot(
    settings: Settings,
    db: Database,
    parser: RasaClient,
    erp: Erp,
    texts: Texts,
    can_ask: Mapping[str, frozenset[str]],
) -> Bot:
    return Bot(
        db=db,
        sources=Sources(
            db,
            erp,
            parser,
            settings.secret_key,
            vault=vault_of(settings),
            language=settings.customer_language,
            far=answers_far_away(settings, db),
        ),
        business=partial(_business, db),
        texts=texts,
        proof=settings.identity_proof,
        debounce=timedelta(seconds=settings.turn_debounce_seconds),
        orders_on=frozenset({meta_inbound.CHANNEL}) if settings.meta_order_details else frozenset(),
        can_ask=can_ask,
        voice=settings.voice_without_transcript,
        hears=bool(settings.transcription),
        keep_seconds=settings.diagnosis_keep_seconds,
    )


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
        return Business(provider_of(row), policy_of(row), settlement_of(row))
