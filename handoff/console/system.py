"""How the system is doing, for supervisors: what waits, what failed, what nobody understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, make_response, render_template
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.masking import mask_personal_data
from handoff.console.bubbles import error_text
from handoff.console.channel import Notice, Number, read_notices, read_numbers
from handoff.console.framing import add_live
from handoff.console.live import as_regions
from handoff.console.ports import House, Ports, attendant, house, permitted, visit
from handoff.console.wording import moment, waited
from handoff.drift import last_check
from handoff.job_names import JOB_STATE, job_action
from models.conversation import Conversation
from models.message import Message
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import QUEUE_OF, Outbox
from models.webhook_event import ParkedStatus, WebhookEvent, WebhookItem

LATE = timedelta(minutes=2)
STUCK = timedelta(minutes=10)
SHOWN = 20
QUEUES = {
    "turns": "conversas (turns)",
    "outbound": "envio (outbound)",
    "network": "rede (network)",
    "background": "segundo plano (background)",
}


@dataclass(frozen=True)
class Figure:
    """A count with its name. `bad` says that it should be zero."""

    name: str
    count: int
    note: str = ""
    bad: bool = False


@dataclass(frozen=True)
class Trouble:
    """One thing that needs a look."""

    title: str
    text: str
    when: str
    conversation_id: int | None = None


@dataclass(frozen=True)
class Health:
    """Everything on the page."""

    messages: list[Figure]
    work: list[Figure]
    webhooks: list[Figure]
    understanding: list[Figure]
    numbers: list[Number]
    notices: list[Notice]
    dead: list[Trouble]
    jobs: list[Trouble]
    undelivered: list[Trouble]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    add_live(blueprint, "/system", "system", partial(_page, ports), partial(_parts, ports))


def _page(ports: Ports) -> Response:
    place, parts = _parts(ports)
    page = render_template(
        "console/system.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        regions=as_regions(parts),
    )
    return make_response(page)


def _parts(ports: Ports) -> tuple[House, dict[str, str]]:
    who, now = permitted("system.see"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        health = Health(
            messages=_messages(session, now),
            work=_work(session, now),
            webhooks=_webhooks(session, now),
            understanding=_understanding(session, now),
            numbers=read_numbers(session, now, place.zone),
            notices=read_notices(session, who, now, place.zone),
            dead=_dead(session, place, now),
            jobs=_jobs(session, place, now),
            undelivered=_undelivered(session, place, now),
        )
    return place, {"system": render_template("console/health.html", health=health, csrf=visit().csrf)}


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _messages(session: Session, now: datetime) -> list[Figure]:
    out = Message.direction == "out"
    oldest = session.scalar(select(func.min(Message.received_at)).where(out, Message.status == "queued"))
    unanswered = _count(
        session,
        Message.direction == "in",
        Message.handled_at.is_(None),
        Message.received_at < now - LATE,
        Message.conversation_id.in_(
            # While a person answers from the phone's app the bot is silent on purpose.
            select(Conversation.id).where(
                Conversation.handler == "bot", func.coalesce(Conversation.quiet_until, now) <= now
            )
        ),
    )
    return [
        Figure("na fila de envio", _count(session, out, Message.status == "queued"), _since(oldest, now)),
        Figure("enviando", _count(session, out, Message.status == "sending")),
        Figure("não entregues", _count(session, out, Message.status == "failed"), bad=True),
        Figure("sem confirmação", _count(session, out, Message.status == "unknown"), bad=True),
        Figure("recebidas há mais de 2 min sem resposta automática", unanswered, bad=True),
    ]


def _work(session: Session, now: datetime) -> list[Figure]:
    rows = session.execute(
        select(Outbox.queue, func.count().label("open"), func.min(Outbox.run_after).label("oldest"))
        .where(Outbox.done_at.is_(None))
        .group_by(Outbox.queue)
    )
    waiting = {row.queue: (row.open, row.oldest) for row in rows}
    figures = []
    for queue in sorted(set(QUEUE_OF.values()) | set(waiting)):
        count, oldest = waiting.get(queue, (0, None))
        late = oldest is not None and now - oldest > LATE
        figures.append(Figure(QUEUES.get(queue, queue), count, _since(oldest, now) if late else "", bad=late))
    return figures


def _webhooks(session: Session, now: datetime) -> list[Figure]:
    rows = session.execute(
        select(WebhookItem.outcome, WebhookItem.kind, func.count().label("number"))
        .where(WebhookItem.outcome.in_(("unknown", "failed")))
        .group_by(WebhookItem.outcome, WebhookItem.kind)
        .order_by(func.count().desc())
        .limit(SHOWN)
    )
    known = [
        Figure(f"{'com falha' if row.outcome == 'failed' else 'desconhecido'}: {row.kind}", row.number, bad=True)
        for row in rows
    ]
    late = (WebhookEvent.state == "new", WebhookEvent.received_at < now - LATE)
    return [
        Figure("recebidos e ainda não lidos há mais de 2 min", _count(session, *late), bad=True),
        Figure("assinados, mas ilegíveis", _count(session, WebhookEvent.state == "invalid"), bad=True),
        Figure("recibos à espera da sua mensagem", _count(session, ParkedStatus.id.is_not(None))),
        *known,
    ]


def _understanding(session: Session, now: datetime) -> list[Figure]:
    """The clock's daily comparison of the last seven days with the four weeks before, in parts of a hundred."""
    found = last_check(session, now)
    if found is None:
        return []
    names = {"fallbacks": "sem certeza, em cada 100 mensagens", "unknown": "desconhecidas, em cada 100 palavras"}
    shares = [
        Figure(
            title,
            round(100 * getattr(found.now, name)),
            f"antes, {100 * getattr(found.before, name):.0f}",
            bad=name in found.worse,
        )
        for name, title in names.items()
    ]
    return [Figure("mensagens lidas em 7 dias", found.now.readings), *shares]


def _dead(session: Session, place: House, now: datetime) -> list[Trouble]:
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.done_at.is_not(None), Outbox.error.is_not(None))
        .order_by(Outbox.id.desc())
        .limit(SHOWN)
    )
    return [
        Trouble(
            title=f"{row.topic} {row.ref_id}: desistimos depois de {row.tries} tentativas",
            text=mask_personal_data(row.error or ""),
            when=moment(row.done_at or row.run_after, now, place.zone),
        )
        for row in rows
    ]


def _jobs(session: Session, place: House, now: datetime) -> list[Trouble]:
    stuck = NetworkJob.state.in_(OPEN_STATES) & (NetworkJob.asked_at < now - STUCK)
    doubtful = NetworkJob.state == "unknown"
    rows = session.scalars(select(NetworkJob).where(stuck | doubtful).order_by(NetworkJob.id.desc()).limit(SHOWN))
    return [
        Trouble(
            title=f"{job_action(row.action)}: {JOB_STATE.get(row.state, row.state)}",
            text=f"contrato {row.contract_ref}" + (f" · {row.outcome}" if row.outcome else ""),
            when=moment(row.asked_at, now, place.zone),
            conversation_id=row.conversation_id,
        )
        for row in rows
    ]


def _undelivered(session: Session, place: House, now: datetime) -> list[Trouble]:
    rows = session.scalars(
        select(Message)
        .where(Message.direction == "out", Message.status.in_(("failed", "unknown")))
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    names = {"failed": "Não entregue", "unknown": "Sem confirmação"}
    return [
        Trouble(
            title=names[row.status],
            text=error_text(row),
            when=moment(row.received_at, now, place.zone),
            conversation_id=row.conversation_id,
        )
        for row in rows
    ]


def _since(oldest: datetime | None, now: datetime) -> str:
    return f"a mais antiga há {waited(oldest, now)}".replace("há agora", "agora") if oldest else ""
