"""Puts into words what a channel cannot show. Pure."""

from __future__ import annotations

from dataclasses import replace

from webhooks.channels.ports import Outgoing


def plain(message: Outgoing, kinds: frozenset[str]) -> Outgoing | None:
    """The message as a channel can send it that shows `kinds`; itself where it can. None where nothing is to be sent,
    since words would say something else (a reaction). A template stays one."""
    if message.kind in kinds or message.kind == "template":
        return message
    if message.kind == "reaction":
        return None
    parts = [message.text, *(f"{place}. {title}" for place, (_, title, _) in enumerate(message.options, start=1))]
    if message.link:
        parts.append(message.link.url)
    if message.payment:
        parts += [message.payment.pix_code, message.payment.boleto_line, message.payment.link]
    text = "\n".join(part for part in parts if part)
    with_file = message.file is not None and "document" in kinds
    return replace(message, kind="document" if with_file else "text", text=text, options=(), link=None, payment=None)
