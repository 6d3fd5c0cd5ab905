"""The channels on the page Sistema: how each number is doing, and the alerts that a person can put aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, redirect, url_for
from sqlalchemy import case, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant, visible_to
from handoff.console.ports import LARGEST_ID, Ports, permitted
from handoff.console.wording import moment, without_documents
from models.alert import Alert
from models.channel_state import TOKEN_ENDS_SOON, ChannelState, channel_name
from models.conversation import Conversation
from models.survey import Survey

QUALITY = {"GREEN": "alta", "YELLOW": "média", "RED": "baixa"}
THROUGHPUT = {"STANDARD": "padrão", "HIGH": "alta", "NOT_APPLICABLE": "não se aplica"}
SEVERITY = {"critical": "Grave", "warning": "Atenção", "info": "Aviso"}
STALE = timedelta(minutes=30)
SHOWN = 50


@dataclass(frozen=True)
class Fact:
    """A name and what is known. `bad` says that somebody should do something."""

    name: str
    value: str
    bad: bool = False


@dataclass(frozen=True)
class Number:
    """A channel's number."""

    title: str
    facts: list[Fact]


@dataclass(frozen=True)
class Notice:
    """An open alert. `said` is a comment that it is about, for who may see the conversation."""

    id: int
    severity: str
    word: str
    text: str
    when: str
    conversation_id: int | None = None
    said: str = ""


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the button that puts an alert aside."""
    where = "/system/alerts/<int:alert_id>/seen"
    blueprint.add_url_rule(where, "alert_seen", partial(_seen, ports), methods=["POST"])


def _seen(ports: Ports, alert_id: int) -> Response:
    """The alert is over; one that is over already stays so. If its cause goes on, a new one comes."""
    who = permitted("system.see")
    found = select(Alert).where(Alert.id == alert_id, Alert.ended_at.is_(None)).with_for_update()
    with ports.db.transaction() as session:
        alert = session.scalar(found) if alert_id <= LARGEST_ID else None
        if alert is not None:
            alert.ended_at, alert.ended_by = ports.now(), who.login
            audit.record(session, who.login, "alert.seen", f"alert:{alert.id}", kind=alert.kind)
    return redirect(url_for("console.system"), 303)


def read_notices(session: Session, who: Attendant, now: datetime, zone: str) -> list[Notice]:
    """Open alerts, the gravest first, as `who` may read them."""
    rank = case((Alert.severity == "critical", 0), (Alert.severity == "warning", 1), else_=2)
    open_ones = select(Alert).where(Alert.ended_at.is_(None)).order_by(rank, Alert.last_at.desc()).limit(SHOWN)
    alerts = session.scalars(open_ones).all()
    said = _comments(session, who, alerts)
    return [_notice(alert, said.get(alert.detail.get("survey_id", 0), ""), now, zone) for alert in alerts]


def _comments(session: Session, who: Attendant, alerts: Sequence[Alert]) -> dict[int, str]:
    """By survey: what was said to a low vote, where `who` may see the conversation."""
    ids = [alert.detail["survey_id"] for alert in alerts if "survey_id" in alert.detail]
    found = select(Survey.id, Survey.comment).join(Conversation, Conversation.id == Survey.conversation_id)
    rows = session.execute(found.where(Survey.id.in_(ids), Survey.comment != "", visible_to(who)))
    return {row.id: without_documents(row.comment) for row in rows}


def _notice(alert: Alert, said: str, now: datetime, zone: str) -> Notice:
    since = moment(alert.first_at, now, zone)
    again = f" · {alert.times} vezes, a última {moment(alert.last_at, now, zone)}" if alert.times > 1 else ""
    about = alert.detail.get("conversation_id")
    return Notice(alert.id, alert.severity, SEVERITY[alert.severity], alert.text, f"desde {since}{again}", about, said)


def read_numbers(session: Session, now: datetime, zone: str) -> list[Number]:
    """What is known of each channel's number; none while nobody asked yet."""
    return [
        Number(f"{channel_name(row.channel)}{f': {row.name}' if row.name else ''}", _facts(row, now, zone))
        for row in session.scalars(select(ChannelState).order_by(ChannelState.channel))
    ]


def _facts(row: ChannelState, now: datetime, zone: str) -> list[Fact]:
    stopped = row.stopped_at is not None
    sending = f"parado desde {moment(row.stopped_at, now, zone)} ({row.stopped_code})" if row.stopped_at else "normal"
    limit = row.messaging_limit.removeprefix("TIER_").replace("_", " ") or "não informado"
    facts = [
        Fact("envio", sending, stopped),
        Fact("qualidade", QUALITY.get(row.quality, "não informada"), row.quality in {"YELLOW", "RED"}),
        Fact("vazão", THROUGHPUT.get(row.throughput, row.throughput or "não informada")),
        Fact("novos contatos por dia", limit),
        Fact("conta", row.account_status or "sem problemas", bool(row.account_status)),
        _token(row, now, zone),
        _checked(row, now, zone),
    ]
    if row.proactive_after and row.proactive_after > now:
        facts.append(Fact("avisos e campanhas", f"parados até {moment(row.proactive_after, now, zone)}", True))
    return facts


def _token(row: ChannelState, now: datetime, zone: str) -> Fact:
    if row.token_expires_at is None:
        return Fact("token de acesso", "sem vencimento conhecido")
    soon = row.token_expires_at - now < TOKEN_ENDS_SOON
    return Fact("token de acesso", f"vence {moment(row.token_expires_at, now, zone)}", soon)


def _checked(row: ChannelState, now: datetime, zone: str) -> Fact:
    if row.checked_at is None:
        return Fact("última consulta", "ainda não houve")
    error = f": falhou ({row.check_error})" if row.check_error else ""
    late = now - row.checked_at > STALE
    return Fact("última consulta", f"{moment(row.checked_at, now, zone)}{error}", bool(row.check_error) or late)
