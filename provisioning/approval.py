"""People's word before the network is changed: how many it takes, and who may not be one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import utc_now
from models.network_job import NetworkJob
from models.outbox import add_work
from provisioning.action import CHANGES, DEPROVISION_ONU, PROVISION_ONU, REPLACE_ONU

DEFAULTS: Mapping[str, int] = {PROVISION_ONU: 1, DEPROVISION_ONU: 1, REPLACE_ONU: 1}
MOST = 3
# What people must approve whatever the settings say: nothing is provisioned automatically.
ALWAYS = frozenset({PROVISION_ONU, REPLACE_ONU})


@dataclass(frozen=True)
class ApprovalTerms:
    """The policy `network`. `approvals` says by action how many people must approve besides the one who asks, from 0 to
    3; an action that is not named takes what it takes by default, provisioning and replacing always one."""

    approvals: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULTS))

    def __post_init__(self) -> None:
        for action, number in self.approvals.items():
            if action not in CHANGES:
                raise ValueError(f"approvals: {action} não é uma ação; existem {', '.join(sorted(CHANGES))}")
            least = 1 if action in ALWAYS else 0
            if type(number) is not int or not least <= number <= MOST:
                raise ValueError(f"approvals: {action} leva de {least} a {MOST} pessoas")


def approvals_needed(policies: Mapping[str, Any], action: str) -> int:
    """How many people must approve, besides the one who asks.

    The provider's policy "network" {"approvals": {action: n}} where it has one, the defaults otherwise; provisioning
    always takes at least one.
    """
    own = policies.get("network", {}).get("approvals", {})
    wanted = own.get(action, DEFAULTS.get(action, 0))
    number = wanted if isinstance(wanted, int) and 0 <= wanted <= MOST else DEFAULTS.get(action, 0)
    return max(number, 1) if action in ALWAYS else number


def approve(session: Session, job_id: int, by: str) -> str:
    """Adds a person's approval; the last one lets the job go. "" when it counts, else why not, in Portuguese.

    `by` is the person's login. Whoever asked for the job or confirmed the serial number cannot approve it.
    """
    job = _held(session, job_id)
    if job is None:
        return "Esta ação não existe mais."
    if job.state != "asked" or not job.needs_approvals:
        return "Esta ação não espera mais aprovação."
    if job.plan is None:
        return "O plano ainda está sendo feito: aguarde alguns segundos."
    if by in (job.asked_by.rpartition(":")[2], str(job.arguments.get("confirmed_by", ""))):
        return "Quem pediu ou confirmou o serial não pode aprovar: peça a outra pessoa."
    if any(approval["by"] == by for approval in job.approvals):
        return "Você já aprovou esta ação."
    job.approvals = [*job.approvals, {"by": by, "at": utc_now().isoformat()}]
    job.log = [*job.log, {"at": utc_now().isoformat(timespec="milliseconds"), "text": f"Aprovado por {by}."}]
    if len(job.approvals) >= job.needs_approvals:
        job.state = "approved"
        add_work(session, "network", job.id)
    return ""


def cancel(session: Session, job_id: int, by: str) -> str:
    """Ends a job that has not begun. "" when it did, else why not, in Portuguese."""
    job = _held(session, job_id)
    if job is None:
        return "Esta ação não existe mais."
    if job.state not in ("asked", "approved"):
        return "Esta ação já começou ou já terminou: não pode mais ser cancelada."
    now = utc_now()
    job.state, job.outcome, job.finished_at, job.secrets = "cancelled", "cancelled", now, None
    job.log = [*job.log, {"at": now.isoformat(timespec="milliseconds"), "text": f"Cancelado por {by}."}]
    if job.conversation_id is not None:
        add_work(session, "turn", job.conversation_id)
    return ""


def _held(session: Session, job_id: int) -> NetworkJob | None:
    # As it is now: the session may have seen it before somebody else changed it.
    wanted = select(NetworkJob).where(NetworkJob.id == job_id).with_for_update()
    return session.execute(wanted.execution_options(populate_existing=True)).scalar_one_or_none()
