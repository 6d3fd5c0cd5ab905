"""Binds what the desk does by itself, without anybody's click: what is shown live is forgotten after a while."""

from __future__ import annotations

from functools import partial

from billing.ports import Erp
from billing.provider import Provider
from billing.provider_row import provider_of, provider_row
from bot.desk_jobs import DeskWork, do_desk_job, give_up
from bot.suggest import suggest
from bot.texts import Texts
from core.db import Database
from core.route import Route
from core.settings import Settings
from models.change import forget_changes
from nlu.ports import Parser
from webhooks.channels import meta_inbound

DESK_CHORES = {"forget_changes": 300.0}


def desk_routes(settings: Settings, db: Database, erp: Erp, parser: Parser) -> dict[str, Route]:
    """The work of queues, clocks and people."""
    orders = frozenset({meta_inbound.CHANNEL}) if settings.meta_order_details else frozenset[str]()
    work = DeskWork(db, erp, Texts.load(settings.customer_language), partial(_provider, db), orders)
    suggesting = partial(suggest, db=db, parser=parser, language=settings.customer_language)
    return {
        "forget_changes": Route(partial(_forget_changes, db=db), most_tries=3),
        # Old news is no suggestion: it is not worth a second try.
        "suggest": Route(suggesting, most_tries=1),
        "desk_job": Route(partial(do_desk_job, work=work), most_tries=4, give_up=partial(give_up, work=work)),
    }


def _provider(db: Database) -> Provider:
    with db.reading() as session:
        return provider_of(provider_row(session))


def _forget_changes(_ref_id: int, *, db: Database) -> None:
    with db.transaction() as session:
        forget_changes(session)
