"""From an error to what is done about it, whether it came as an answer or in a receipt."""

from __future__ import annotations

from core.errors import Failure, Misconfigured, Unreachable
from webhooks.channels import meta_errors, meta_inbound, twilio_errors, twilio_inbound
from webhooks.channels.errors import REFUSED, STOP, Action, ErrorTable

TABLES: dict[str, ErrorTable] = {
    meta_inbound.CHANNEL: meta_errors.ERRORS,
    twilio_inbound.CHANNEL: twilio_errors.ERRORS,
}
"""The error table of each channel, by its name in rows."""


def action_for(failure: Failure) -> Action:
    """By the failure's code where a table knows it, else by its kind."""
    found = of_name(failure.code)
    if found:
        return found
    if isinstance(failure, Unreachable):
        return Action("later", failure.retry_after or 0.0)
    return STOP if isinstance(failure, Misconfigured) else REFUSED


def of_name(name: str) -> Action | None:
    """What a table says of an error by its name in rows and logs (graph_131056), or None."""
    for table in TABLES.values():
        code = name.removeprefix(table.prefix)
        if code != name and code.isdigit():
            return table.known(int(code))
    return None


def of_receipt(channel: str, code: str) -> Action:
    """What to do about the code of a receipt that says "failed"; one that no table knows is a refusal."""
    known = TABLES[channel].known(int(code)) if channel in TABLES and code.isdecimal() else None
    return known or REFUSED
