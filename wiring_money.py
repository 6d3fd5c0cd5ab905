"""Binds what asks for money: collections, suspensions, agreements."""

from __future__ import annotations

from functools import partial

from billing.agreements import follow_agreements
from billing.erps.local import LocalErp
from billing.ports import Erp
from bot.agreement_news import tell_agreement
from bot.texts import Texts
from core.db import Database
from core.route import Route
from core.settings import Settings
from handoff.collecting import abandon, collect, do_step
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore, suspend, tell_suspension

MONEY_CHORES = {"collect": 3600.0, "suspend": 1800.0, "follow_agreements": 3600.0}


def money_routes(settings: Settings, db: Database, erp: Erp) -> dict[str, Route]:
    """Steps sent, contracts suspended and restored, agreements followed."""
    texts = Texts.load(settings.customer_language)
    desk = DebtDesk(db, erp, settings.customer_language, local=isinstance(erp, LocalErp))
    return {
        "collect": Route(partial(collect, desk=desk), most_tries=3),
        "collect_step": Route(partial(do_step, desk=desk), give_up=partial(abandon, desk=desk)),
        "suspend": Route(partial(suspend, desk=desk), most_tries=3),
        "restore": Route(partial(restore, desk=desk)),
        "tell_suspension": Route(partial(tell_suspension, desk=desk)),
        "follow_agreements": Route(partial(follow_agreements, db=db), most_tries=3),
        "tell_agreement": Route(partial(tell_agreement, db=db, erp=erp, texts=texts)),
    }
