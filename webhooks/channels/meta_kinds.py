"""The table of all that Meta can send, row by row; the account's rows are in `meta_account_kinds`."""

from __future__ import annotations

from functools import partial

from webhooks.channels import meta_contents as holds
from webhooks.channels.kinds import Kind, Kinds
from webhooks.channels.meta_account import error
from webhooks.channels.meta_account_kinds import ACCOUNT
from webhooks.channels.meta_beside import call, echo, preference, receipt, standby
from webhooks.channels.meta_messages import (
    call_permission,
    edited,
    identity,
    ignored,
    message,
    reaction,
    renamed,
    revoked,
    unknown,
)
from webhooks.channels.meta_piece import Piece

# What a customer sends and the bot answers; it opens a conversation where none is open.
_asks = partial(Kind[Piece], "messages", read=message, answered=True, opens=True)
_other = partial(Kind[Piece], "messages")
_UNREAD = "a placeholder; the bot asks once for text"

_RENAMED = "“O cliente mudou de número ou de identificação…”"

MESSAGES = (
    _asks("text", effect="a message", seen="the words", content=holds.text),
    _asks("image", effect="a message; its file is fetched", seen="the picture and its caption", content=holds.media),
    _asks("video", effect="a message; its file is fetched", seen="the file and its caption", content=holds.media),
    _asks("document", effect="a message; its file is fetched", seen="the file and its caption", content=holds.media),
    _asks("audio", effect="a message; its file is fetched", seen="the file, a transcript", content=holds.media),
    _asks("voice", effect="as audio: its older name", seen="the file, a transcript", content=holds.media),
    _asks("sticker", effect="a message; its file is fetched", seen="the sticker", content=holds.media),
    _asks("location", effect="a message", seen="place, address and coordinates", content=holds.location),
    _asks("contacts", effect="a message; answers our question for the phone", seen="cards", content=holds.contacts),
    _asks("interactive.button_reply", effect="a tap on our button", seen="its title", content=holds.button_reply),
    _asks("interactive.list_reply", effect="a chosen row of our list", seen="its title", content=holds.list_reply),
    _asks("interactive.nfm_reply", effect="a filled-in form", seen="its answers", content=holds.flow_reply),
    _other(
        "interactive.call_permission_reply",
        call_permission,
        effect="an event in the open conversation: we never call",
        seen="“O cliente permitiu que liguemos para ele.”",
        content=holds.call_permission,
    ),
    _asks("interactive", effect="its object is missing or new", seen=_UNREAD, content=holds.not_delivered),
    _asks("button", effect="a tap on a template's button", seen="its title", content=holds.template_button),
    _other("reaction", reaction, effect="shown on its message, parked until that is known", seen="the emoji"),
    _asks("order", effect="a message", seen="the items and the words to it", content=holds.order),
    *(
        _other(f"system.{name}", renamed, effect="the new names belong to the same contact", seen=_RENAMED)
        for name in ("user_changed_number", "user_changed_user_id", "customer_changed_number")
    ),
    _other(
        "system.customer_identity_changed",
        identity,
        effect="earlier proofs of identity other than the number no longer hold",
        seen="“O WhatsApp avisou: este número está em outro aparelho…”",
    ),
    _other("system.user_identity_changed", identity, effect="as customer_identity_changed: its older name"),
    _other("system", unknown, effect="kept"),
    _asks("request_welcome", effect="the chat was opened for the first time: greeted", content=holds.welcome),
    _other("edit", edited, effect="the message has new words, parked until it is known", seen="new and old words"),
    _other("revoke", revoked, effect="the message is marked, parked until it is known", seen="“apagada”"),
    _asks("unsupported", effect="WhatsApp cannot hand it over", seen=_UNREAD, content=holds.not_delivered),
    _other(
        "unsupported.edit",
        message,
        effect="shown in an open conversation: the new words are not told",
        seen=_UNREAD,
        answered=True,
        content=holds.not_delivered,
    ),
    *(
        _other(
            f"unsupported.{name}",
            message,
            effect="shown in an open conversation",
            seen="a placeholder",
            content=holds.not_delivered,
        )
        for name in ("pin", "poll_update", "reaction")
    ),
    _asks("ephemeral", effect="a disappearing message, not handed over", seen=_UNREAD, content=holds.not_delivered),
    _asks("*", effect="a type that nobody knows yet", seen=_UNREAD, content=holds.not_delivered),
    _other("group", ignored, effect="written in a group: counted, never answered"),
)

_of = partial(Kind[Piece], "statuses")
STATUSES = (
    _of("sent", receipt, "our message moves forward; the price is kept", "✓"),
    _of("delivered", receipt, "our message moves forward; the price is kept", "✓✓"),
    _of("read", receipt, "our message moves forward", "✓✓"),
    _of("played", receipt, "as read: a voice note was played", "✓✓"),
    _of("failed", receipt, "our message failed, and what follows depends on the code", "the reason"),
    _of("deleted", ignored, "kept"),
    _of("group", ignored, "of a group: counted"),
    _of("*", unknown, "kept"),
)

CALLED = "O cliente ligou. Ligações não são atendidas por este número."
BESIDE = (
    Kind[Piece]("message_echoes", "edit", edited, "the message that a person wrote has new words", "new and old words"),
    Kind[Piece]("message_echoes", "revoke", revoked, "the message that a person wrote is marked", "“apagada”"),
    Kind[Piece]("message_echoes", "reaction", reaction, "shown on its message", "the emoji"),
    Kind[Piece]("message_echoes", "group", ignored, "written in a group: counted"),
    Kind[Piece](
        "message_echoes",
        "*",
        echo,
        "a person answered from the phone's app: shown, the bot is quiet for ECHO_QUIET_MINUTES",
        "the message, as sent by phone",
        opens=True,
    ),
    Kind[Piece](
        "standby",
        "*",
        standby,
        "as otherwise, but never answered: another automaton is in charge",
        "the same",
        opens=True,
    ),
    Kind[Piece]("calls", "connect", call, "an event; told once by text that nobody answers", CALLED, True, True),
    Kind[Piece]("calls", "terminate", call, "an event in the open conversation", "A ligação terminou."),
    Kind[Piece]("calls", "*", ignored, "kept"),
    Kind[Piece]("user_preferences", "marketing_messages", preference, "an entry in the register of consents"),
    Kind[Piece]("user_preferences", "*", unknown, "kept"),
    Kind[Piece]("errors", "*", error, "an alert (warning)"),
)

KINDS: Kinds[Piece] = Kinds((*MESSAGES, *STATUSES, *BESIDE, *ACCOUNT, Kind[Piece]("*", "*", unknown, "kept, counted")))
