"""Binds what moves money: the invoices that the local ERP makes."""

from __future__ import annotations

from functools import partial

from billing.bill_month import bill_month
from billing.ports import Erp
from core.db import Database
from core.route import Route
from core.settings import Settings

# As long as the local ERP is the provider's. Invoices are made once; asking often only notices a new day sooner.
LOCAL_CHORES = {"bill_month": 3600.0}


def money_routes(settings: Settings, db: Database, erp: Erp) -> dict[str, Route]:
    """Chores and work about invoices."""
    return {"bill_month": Route(partial(bill_month, db=db), most_tries=3)}
