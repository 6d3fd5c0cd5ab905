"""Binds what speaks to the provider's ERP: built from the settings, behind its circuit, mirrored into our rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial

from billing.circuit import Circuit
from billing.erp_kind import Connecting, ErpKind, erp_kinds
from billing.erps.local import LocalErp
from billing.guarded_erp import GuardedErp
from billing.local_store import SqlStore
from billing.mirror import MirroredErp
from billing.mirror_rows import told_document, told_invoices
from billing.ports import Erp
from billing.provider_row import load_billing, load_provider
from core.db import Database
from core.document import Document
from core.field import read_options
from core.http import make_session
from core.settings import Settings, SettingsError
from models import utc_now
from wiring_gateway import desk_of
from wiring_settings import LOCAL, erp_problems


def erp_of(settings: Settings, db: Database) -> Erp:
    """The provider's ERP as the house uses it; opens no connection. Raises SettingsError for one without sense."""
    circuit = circuit_of(settings, db)
    if circuit is None:
        return local_erp(settings, db)
    kind = _kind(settings)
    adapter = lru_cache(maxsize=1)(partial(connect, kind, settings.erp_options, db))
    return MirroredErp(GuardedErp(adapter, circuit), db, timedelta(minutes=settings.erp_fresh_minutes))


def circuit_of(settings: Settings, db: Database) -> Circuit | None:
    """The circuit of the outside ERP; None for the local one, which is as far away as the database."""
    return None if settings.erp == LOCAL else Circuit(db, settings.erp, _kind(settings).title)


def answers_far_away(settings: Settings, db: Database) -> Callable[[], bool]:
    """Says whether the ERP is outside and nothing is known against it: one that is being tried again is asked one thing
    at a time."""
    circuit = circuit_of(settings, db)
    return lambda: circuit is not None and circuit.gate() == "closed"


def local_erp(settings: Settings, db: Database) -> LocalErp:
    """The ERP of our own tables."""
    return LocalErp(
        SqlStore(db), lambda: load_provider(db), lambda: load_billing(db), utc_now, charges=desk_of(settings, db)
    )


def connect(kind: ErpKind, options: str, db: Database) -> Erp:
    """The bare adapter. Its times are those of the provider's zone, which is read now. Raises ValueError and
    Misconfigured for options that make no sense, and Misconfigured `provider`."""
    fields, zone = read_options(kind.fields, options), load_provider(db).timezone
    return kind.connect(Connecting(fields, make_session(), zone, partial(_document, db), partial(_invoices, db)))


def _kind(settings: Settings) -> ErpKind:
    if problems := erp_problems(settings.erp, settings.erp_options):
        raise SettingsError(problems)
    return erp_kinds()[settings.erp]


def _document(db: Database, customer_ref: str) -> Document | None:
    with db.reading() as session:
        return told_document(session, customer_ref)


def _invoices(db: Database, contract_ref: str) -> frozenset[str]:
    with db.reading() as session:
        return told_invoices(session, contract_ref)
