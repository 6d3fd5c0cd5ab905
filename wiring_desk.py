"""Binds what the desk does by itself, without anybody's click: it watches its promises, and forgets what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from billing.ports import Erp
from billing.provider_row import load_provider
from bot.desk_jobs import DeskWork, do_desk_job, give_up
from bot.house_texts import watch_texts
from bot.silent_customers import watch_silence
from bot.suggest import suggest
from bot.texts import Texts, for_customers, languages
from bot.waiting_told import tell_waiting
from core.db import Database
from core.route import Route
from core.sentence import Sentence
from core.settings import Settings
from handoff.assignment.presence import fade
from handoff.assignment.push import assign_all
from handoff.assignment.returns import return_abandoned
from handoff.life.firing import send_scheduled
from handoff.life.snooze import wake_snoozed
from handoff.login.single_sign_on import SingleSignOn
from handoff.routing.overflow import overflow
from handoff.satisfaction.nps import ask_nps
from handoff.sla.watch import refresh_sla, watch_sla
from models import utc_now
from models.change import forget_changes
from nlu.ports import Parser
from webhooks.channels import meta_inbound

# A round of assignment is rung whenever there may be something to give; the chore is for what no ring tells: a shift
# that begins, a snooze that ends.
DESK_CHORES = {
    "forget_changes": 300.0,
    "assign": 5.0,
    "presence": 15.0,
    "watch_sla": 15.0,
    "refresh_sla": 600.0,
    "overflow": 30.0,
    "tell_waiting": 60.0,
    "wake_snoozed": 15.0,
    "send_scheduled": 15.0,
    "watch_silence": 60.0,
    "ask_nps": 1800.0,
    "watch_texts": 600.0,
}


def desk_routes(settings: Settings, db: Database, erp: Erp, parser: Parser, texts: Texts) -> dict[str, Route]:
    """The work of queues, clocks and people."""
    orders = frozenset({meta_inbound.CHANNEL}) if settings.meta_order_details else frozenset[str]()
    work = DeskWork(db, erp, texts, partial(load_provider, db), orders)
    suggesting = partial(suggest, db=db, parser=parser, language=settings.customer_language)
    return {
        "forget_changes": Route(partial(_forget_changes, db=db), most_tries=3),
        "watch_sla": Route(partial(watch_sla, db=db), most_tries=3),
        "refresh_sla": Route(partial(refresh_sla, db=db), most_tries=3),
        "overflow": Route(partial(overflow, db=db), most_tries=3),
        "tell_waiting": Route(partial(tell_waiting, db=db, texts=texts), most_tries=3),
        "assign": Route(partial(_assign, db=db), most_tries=3),
        "presence": Route(partial(_follow_presence, db=db), most_tries=3),
        "wake_snoozed": Route(partial(wake_snoozed, db=db), most_tries=3),
        "ask_nps": Route(partial(ask_nps, db=db, language=settings.customer_language), most_tries=3),
        "watch_texts": Route(partial(watch_texts, db=db, language=texts.language), most_tries=3),
        "send_scheduled": Route(partial(send_scheduled, db=db), most_tries=3),
        "watch_silence": Route(partial(watch_silence, db=db, texts=texts), most_tries=3),
        # Old news is no suggestion: it is not worth a second try.
        "suggest": Route(suggesting, most_tries=1),
        "desk_job": Route(partial(do_desk_job, work=work), most_tries=4, give_up=partial(give_up, work=work)),
    }


def _forget_changes(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        forget_changes(session)


def _assign(_ref_id: int, *, db: Database) -> None:
    assign_all(db, utc_now)


def _follow_presence(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        fade(session, utc_now())
        return_abandoned(session, utc_now())


def sentences_of() -> Mapping[str, Mapping[str, Sentence]]:
    """What customers read, as it is shipped: by language and name."""
    return {language: for_customers(language) for language in languages()}


def sign_on_of(settings: Settings) -> SingleSignOn | None:
    """The provider's own sign-on to the console, where one is set."""
    if not settings.oidc_issuer:
        return None
    back = f"{settings.public_url}/console/sso/back"
    return SingleSignOn(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, back)
