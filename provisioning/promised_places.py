"""The places on a PON that people have approved and no worker has filled yet."""

from __future__ import annotations

from sqlalchemy import select

from core.db import Database
from models.network_job import NetworkJob
from provisioning.action import PROVISION_ONU, REPLACE_ONU


def promised(db: Database, job_id: int | None, olt: str, pon: str) -> tuple[str, ...]:
    """The serials that jobs approved before `job_id` was asked for are about to put on the PON.

    Whoever was asked for first goes first: jobs that count each other would all be refused at the last place. One that
    replaces an ONU of the same PON takes no further place.
    """
    if job_id is None:
        return ()
    was, will = NetworkJob.plan["pon"][0].astext, NetworkJob.plan["pon"][1].astext
    query = select(NetworkJob.arguments["serial"].astext).where(
        NetworkJob.action.in_((PROVISION_ONU, REPLACE_ONU)),
        NetworkJob.device == olt,
        NetworkJob.state.in_(("approved", "running")),
        NetworkJob.plan.is_not(None),
        NetworkJob.id < job_id,
        will == pon,
        was.is_distinct_from(pon),
    )
    with db.reading() as session:
        return tuple(session.scalars(query))
