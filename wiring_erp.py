"""Binds what speaks to the provider's ERP: built from the settings, behind its circuit, mirrored into our rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache, partial

from billing.circuit import Circuit
from billing.erp_kind import Connecting, ErpKind, erp_kinds
from billing.erps.local import LocalErp
from billing.guarded_erp import GuardedErp
from billing.local_store import SqlStore
from billing.mirror import MirroredErp
from billing.ports import Erp
from billing.provider_row import load_billing, load_provider
from core.db import Database
from core.errors import Misconfigured
from core.field import fill_in
from core.http import make_session
from core.settings import Settings, SettingsError, load
from models import utc_now
from wiring_gateway import desk_of

LOCAL = "local"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, those of the ERP checked as well. Raises SettingsError with every problem of all of them."""
    return load(environment, also=lambda read: erp_problems(read.get("erp", LOCAL), read.get("erp_options", "")))


def erp_problems(kind: str, options: str) -> list[str]:
    """What is wrong with ERP and ERP_OPTIONS, in Portuguese; secrets are not shown."""
    if kind == LOCAL:
        return []
    known = erp_kinds().get(kind)
    if known is None:
        names = ", ".join((LOCAL, *sorted(erp_kinds())))
        return [f"ERP: valor inválido {kind!r}. Esperado: {names}. Exemplo: ERP={LOCAL}"]
    problem = options_problem(known, options)
    return [problem] if problem else []


def options_problem(kind: ErpKind, options: str) -> str:
    """What is wrong with the options of this kind, in Portuguese; nothing where they make sense. Asks nobody."""
    try:
        kind.connect(Connecting(_fields(kind, options), make_session(), "America/Sao_Paulo"))
    except ValueError as problem:
        return f"ERP_OPTIONS: {problem}. Esperado: os campos que `cli.py erp kinds` mostra para {kind.kind}."
    except Misconfigured as problem:
        return f"ERP_OPTIONS: {problem.detail or problem.code}."
    return ""


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
    return kind.connect(Connecting(_fields(kind, options), make_session(), load_provider(db).timezone))


def _kind(settings: Settings) -> ErpKind:
    if problems := erp_problems(settings.erp, settings.erp_options):
        raise SettingsError(problems)
    return erp_kinds()[settings.erp]


def _fields(kind: ErpKind, options: str) -> dict[str, str]:
    """The options under the kind's own names. Raises ValueError, in Portuguese."""
    try:
        given = json.loads(options or "{}")
    except ValueError:
        raise ValueError("não é JSON") from None
    if not isinstance(given, dict) or not all(isinstance(value, str | int | bool) for value in given.values()):
        raise ValueError("esperado um objeto JSON com um texto por campo")
    return fill_in(kind.fields, {str(name): str(value) for name, value in given.items()})
