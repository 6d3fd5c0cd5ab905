"""What the metrics are read from: one question to the database for each name; its columns are the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import utc_now
from webhooks.costs import Costs, read_costs

COSTS_OVER = timedelta(days=30)


@dataclass(frozen=True)
class Figure:
    """One number. Names end in their unit; labels hold no personal data."""

    name: str
    about: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A figure's name, what it says, and the statement that finds it: `value`, and its labels as further columns."""

    name: str
    about: str
    sql: str


QUESTIONS = (
    Question(
        "religa_webhooks_unread",
        "Stored webhooks that were not read yet.",
        "SELECT count(*) AS value FROM webhook_event WHERE state = 'new'",
    ),
    Question(
        "religa_webhook_oldest_unread_seconds",
        "Age of the oldest stored webhook that was not read yet.",
        "SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) AS value FROM webhook_event"
        " WHERE state = 'new'",
    ),
    Question(
        "religa_webhook_lag_seconds",
        "From the customer's sending to its arrival here, of the messages of the last hour.",
        "SELECT channel, q::text AS quantile, coalesce(percentile_cont(q) WITHIN GROUP"
        " (ORDER BY greatest(0, extract(epoch FROM received_at - provider_at))), 0) AS value"
        " FROM message, unnest(ARRAY[0.5, 0.95, 0.99]) AS q WHERE direction = 'in' AND provider_at IS NOT NULL"
        " AND received_at > now() - interval '1 hour' GROUP BY channel, q",
    ),
    Question(
        "religa_answer_seconds",
        "From a message's arrival to the decision about it, of the messages of the last hour.",
        "SELECT channel, q::text AS quantile, percentile_cont(q) WITHIN GROUP"
        " (ORDER BY extract(epoch FROM handled_at - received_at)) AS value"
        " FROM message, unnest(ARRAY[0.5, 0.95, 0.99]) AS q WHERE direction = 'in' AND handled_at IS NOT NULL"
        " AND received_at > now() - interval '1 hour' GROUP BY channel, q",
    ),
    Question(
        "religa_webhook_items_not_applied",
        "Items of webhooks that changed nothing, by outcome: unknown and failed ones are to be looked at.",
        "SELECT outcome, kind, count(*) AS value FROM webhook_item GROUP BY outcome, kind",
    ),
    Question(
        "religa_receipts_parked",
        "Receipts of messages that are not known (yet).",
        "SELECT count(*) AS value FROM parked_status",
    ),
    Question(
        "religa_work_open",
        "Open rows of the outbox.",
        "SELECT queue, topic, count(*) AS value FROM outbox WHERE done_at IS NULL GROUP BY queue, topic",
    ),
    Question(
        "religa_work_late_seconds",
        "How long the oldest due row of a queue has been waiting.",
        "SELECT queue, greatest(0, extract(epoch FROM now() - min(run_after))) AS value FROM outbox"
        " WHERE done_at IS NULL GROUP BY queue",
    ),
    Question(
        "religa_messages_last_day",
        "Messages of the last 24 hours.",
        "SELECT channel, direction, kind, status, count(*) AS value FROM message"
        " WHERE received_at > now() - interval '24 hours' GROUP BY channel, direction, kind, status",
    ),
    Question(
        "religa_conversations_open",
        "Open conversations by who speaks next.",
        "SELECT channel, handler, coalesce(queue, '') AS queue, count(*) AS value FROM conversation"
        " WHERE handler <> 'closed' GROUP BY channel, handler, queue",
    ),
    Question(
        "religa_files",
        "Files by state: wanted ones are still to be fetched, lost ones cannot be.",
        "SELECT state, count(*) AS value FROM attachment GROUP BY state",
    ),
    Question(
        "religa_files_bytes",
        "Bytes of the files that are kept.",
        "SELECT coalesce(sum(size), 0) AS value FROM attachment WHERE state = 'here'",
    ),
    Question(
        "religa_channel_stopped",
        "1 while sending over the channel is stopped.",
        "SELECT channel, coalesce(stopped_code, '') AS code, CASE WHEN stopped_at IS NULL THEN 0 ELSE 1 END AS value"
        " FROM channel_state",
    ),
    Question(
        "religa_channel_quality",
        "Quality of the number: 3 green, 2 yellow, 1 red, 0 not known.",
        "SELECT channel, CASE quality WHEN 'GREEN' THEN 3 WHEN 'YELLOW' THEN 2 WHEN 'RED' THEN 1 ELSE 0 END AS value"
        " FROM channel_state",
    ),
    Question(
        "religa_channel_limit",
        "1, with the throughput level and the messaging limit in the channel's own words.",
        "SELECT channel, throughput, messaging_limit, 1 AS value FROM channel_state",
    ),
    Question(
        "religa_channel_token_seconds",
        "Time until the access token ends, where it does.",
        "SELECT channel, extract(epoch FROM token_expires_at - now()) AS value FROM channel_state"
        " WHERE token_expires_at IS NOT NULL",
    ),
    Question(
        "religa_channel_checked_seconds",
        "Time since the number was last asked about.",
        "SELECT channel, extract(epoch FROM now() - checked_at) AS value FROM channel_state"
        " WHERE checked_at IS NOT NULL",
    ),
    Question(
        "religa_alerts_open",
        "Open alerts.",
        "SELECT severity, kind, count(*) AS value FROM alert WHERE ended_at IS NULL GROUP BY severity, kind",
    ),
    Question(
        "religa_templates",
        "Message templates by status and category.",
        "SELECT channel, status, category, count(*) AS value FROM channel_template GROUP BY channel, status, category",
    ),
)


def read_figures(session: Session) -> list[Figure]:
    """Every figure as it is now."""
    figures = _costs(read_costs(session, utc_now() - COSTS_OVER))
    for question in QUESTIONS:
        for row in session.execute(text(question.sql)).mappings():
            labels = {name: str(value) for name, value in row.items() if name != "value"}
            figures.append(Figure(question.name, question.about, float(row["value"]), labels))
    return figures


def _costs(costs: Costs) -> list[Figure]:
    """What the last 30 days cost, as `webhooks.costs` defines it; averages of nothing are left out."""
    counted = {"sent": costs.sent, "billable": costs.billable, "free": costs.free, "unpriced": costs.unpriced}
    about = "Messages sent in the last 30 days, by what their receipts told of the price."
    figures = [Figure("religa_messages_priced", about, count, {"price": name}) for name, count in counted.items()]
    for name, about, grouped in (
        ("reason", "Billable messages of the last 30 days, by what they were for.", costs.by_reason),
        ("category", "Billable messages of the last 30 days, by WhatsApp's category.", costs.by_category),
    ):
        figures += [Figure(f"religa_billable_by_{name}", about, count, {name: label}) for label, count in grouped]
    for name, about, average in (
        (
            "resolved",
            "Messages that may cost, for each conversation solved by the bot alone.",
            costs.messages_per_resolved,
        ),
        ("closed", "Messages that may cost, for each conversation closed.", costs.messages_per_closed),
    ):
        if average is not None:
            figures.append(Figure(f"religa_messages_per_{name}_conversation", about, average))
    return figures
