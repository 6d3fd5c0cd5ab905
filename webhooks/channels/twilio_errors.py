"""Twilio's error codes and what each asks of us."""

from __future__ import annotations

from webhooks.channels.errors import STOP, Action, Entry, ErrorTable

# With doubling waits that is a quarter of an hour, or two.
_FEW = 8
_TEMPLATE = Action("template")
_DEAD = Action("dead_letter")

ERRORS = ErrorTable(
    "twilio_",
    (
        Entry((20003, 20005, 20006), "wrong account or token, account not active, or no access", STOP),
        Entry((63007,), "the sender is not set up for WhatsApp", STOP),
        Entry((63013,), "account restricted for a violation of policy", STOP),
        Entry((20429,), "too many requests at once", Action("slow_number", 5.0)),
        Entry((63018,), "throughput of the sender", Action("slow_number", 6.0)),
        Entry((21611, 30001), "the sender's queue is full", Action("slow_number", 60.0)),
        Entry((20500, 20503), "fault at Twilio", Action("later", 5.0, _FEW)),
        Entry((63012,), "fault at WhatsApp", Action("later", 10.0, _FEW)),
        Entry((63016,), "more than 24 hours since the customer's last message", Action("window", 5.0, 1)),
        Entry((63003, 63024), "no such person on WhatsApp", Action("other_variant")),
        Entry((63019, 63052), "a file could not be fetched or sent", Action("upload_again", 2.0, 1)),
        Entry((63032,), "the person may not be messaged: their limit, or an experiment", Action("drop")),
        Entry((63049,), "Meta's own limit of marketing to this person", Action("drop")),
        Entry((21610,), "the person asked to get no more", Action("opted_out")),
        Entry((63005,), "WhatsApp did not accept the content", _DEAD),
        Entry((63021,), "the content is not valid for the channel", _DEAD),
        Entry((21617, 21620), "the message is too long or its file's address is wrong", _DEAD),
        Entry(
            (63027, 63028, 63040, 63041, 63042),
            "a template: missing, wrong values, rejected, paused, disabled",
            _TEMPLATE,
        ),
    ),
)
