"""News of our account, number and templates: kept, told to operators, and the channel's state brought up to date."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.alert import end_alert, raise_alert
from models.channel_state import ChannelState
from webhooks.effects.here import Here, keep
from webhooks.items import AccountChanged, TemplateChanged
from webhooks.template_updates import apply_template_update


def account_changed(session: Session, item: AccountChanged, here: Here) -> None:
    """An alert, the end of those whose cause is gone, and new values of the channel's state."""
    if not keep(session, here, item.alert, "stored", item.text, item.payload):
        return
    for kind in item.ends:
        end_alert(session, kind, item.subject, by="whatsapp")
    # What was said word for word stays with the webhook: it may name a customer, and alerts must not.
    detail = {"webhook_event": here.event_id, "position": here.position}
    raise_alert(session, item.alert, item.subject, item.text, severity=item.severity, detail=detail)
    if item.state:
        state = insert(ChannelState).values(channel=item.channel, **item.state)
        session.execute(state.on_conflict_do_update(index_elements=["channel"], set_=item.state))


def template_changed(session: Session, item: TemplateChanged, here: Here) -> None:
    """The template's row follows what the channel says of it."""
    if keep(session, here, item.what, "stored", "a template changed", item.payload):
        apply_template_update(session, item.channel, item.what, item.payload, item.at)
