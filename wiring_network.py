"""Binds what acts on the network, sees its outages and tells of them: equipment, jobs, batches, sweeps, incidents."""

from __future__ import annotations

from functools import partial
from typing import Literal, cast

from sqlalchemy.orm import Session

from billing import payment_follow, suspension, unlock_ledger
from billing.ports import Erp
from bot import line_watch
from bot.incident_news import tell_incident
from bot.texts import Texts
from core.db import Database
from core.route import Route
from core.settings import Settings
from models import utc_now
from models.network_job import NetworkJob
from models.trust_unlock import TrustUnlock
from provisioning import diagnosis_context
from provisioning.action import BLOCK_SIGNAL
from provisioning.device_log import forget_network
from provisioning.devices import DevicePlant
from provisioning.drivers import radius
from provisioning.onu_request import onu_changed
from provisioning.outages.sweep import sweep_olt, sweep_olts
from provisioning.outages.watch import watch_incidents
from provisioning.ports import AccessControl
from provisioning.radius.tables import BlockBy
from provisioning.request import ask, target_of
from provisioning.run import run
from provisioning.run_many import Feed, feed_batch
from provisioning.vault import Vault

NETWORK_CHORES = {"forget_network": 3600.0, "watch_incidents": 30.0}
# As long as OLTs are swept. Who is due is decided for each OLT, so none waits for a whole round of the others.
SWEEP_CHORES = {"sweep_olts": 5.0}


def network_routes(settings: Settings, db: Database, erp: Erp, texts: Texts) -> dict[str, Route]:
    """Jobs and batches, OLTs swept, incidents followed, people told."""
    plant, vault = plant_of(settings, db), vault_of(settings)
    expiry = partial(unlock_ledger.expire, db=db, erp=erp, ask_block=_ask_block)
    return {
        "network": Route(partial(run, db=db, plant=plant, finished=job_finished, vault=vault)),
        "batch": Route(partial(feed_batch, feed=Feed(db, plant, job_finished, vault))),
        "unlock_expiry": Route(expiry),
        "watch_line": Route(partial(line_watch.look, db=db, texts=texts)),
        "sweep_olts": Route(partial(sweep_olts, db=db, every_seconds=settings.sweep_seconds), most_tries=3),
        "sweep_olt": Route(partial(sweep_olt, db=db, plant=plant), most_tries=3),
        "watch_incidents": Route(partial(watch_incidents, db=db), most_tries=3),
        "tell_incident": Route(partial(tell_incident, db=db, texts=texts)),
        "forget_network": Route(partial(forget_network, db=db)),
    }


def plant_of(settings: Settings, db: Database) -> DevicePlant:
    """The provider's equipment."""
    simulated = {"url": settings.simulated_network_url}
    defaults = {"simulator": simulated, "simulator_acs": simulated} if settings.simulated_network_url else {}
    return DevicePlant(db, vault_of(settings), _access(settings), defaults)


def vault_of(settings: Settings) -> Vault | None:
    """What locks the secrets of devices and jobs; None without a DEVICE_KEY."""
    return Vault(settings.device_key) if settings.device_key else None


def job_finished(session: Session, job: NetworkJob) -> None:
    """What hangs on the end of a job, in the transaction that ends it."""
    unlock_ledger.job_finished(session, job)
    suspension.job_finished(session, job)
    payment_follow.job_finished(session, job)
    onu_changed(session, job)
    diagnosis_context.complete(session, job)
    line_watch.measured(session, job)


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


def _ask_block(session: Session, unlock: TrustUnlock) -> None:
    """An expired, unpaid trust unlock: the same door to the network as the bot's and the console's."""
    ask(
        session,
        BLOCK_SIGNAL,
        target=target_of(session, unlock.contract_ref),
        reason="trust_unlock_expired",
        asked_by="clock",
        cause=f"trust:{unlock.id}:{utc_now():%Y-%m-%d}",
        conversation_id=unlock.conversation_id,
        trust_unlock_id=unlock.id,
    )
