"""Meta's error codes and what each asks of us."""

from __future__ import annotations

from webhooks.channels.errors import STOP, Action, Entry, ErrorTable

# With doubling waits that is a quarter of an hour.
_FEW = 8
_OPERATOR = Action("stop_for_operator")
_TEMPLATE = Action("template")
_DEAD = Action("dead_letter")
_DROP = Action("drop")

ERRORS = ErrorTable(
    "graph_",
    (
        Entry((0, 190), "token invalid, expired or revoked", STOP),
        Entry((3, 10, range(200, 300)), "a permission is missing", STOP),
        Entry((368, 131031), "account restricted or locked for a violation of policy", STOP),
        Entry((130497,), "the account may not message people of this country", STOP),
        Entry((131037,), "the number's display name is not approved", STOP),
        Entry((131042,), "no valid means of payment", STOP),
        Entry((131045, range(133000, 133017)), "registration of the number", _OPERATOR),
        Entry((1, 2, 131016), "service down or overloaded", Action("later", 5.0, _FEW)),
        Entry((131000, 135000), "something went wrong at Meta", Action("later", 5.0, _FEW)),
        Entry((131057,), "account in maintenance, about a minute", Action("later", 60.0)),
        Entry((4, 613, 80007), "too many calls of the app or the account", Action("slow_number", 120.0)),
        Entry((130429,), "throughput of the number", Action("slow_number", 3.0)),
        Entry((131056,), "too many messages to the same person", Action("slow_pair", 4.0)),
        Entry((131048,), "too many messages were taken for spam", Action("pause_proactive", 3600.0, 1)),
        Entry((131049,), "Meta's own limit of marketing to this person", _DROP),
        Entry((131050,), "the person wants no marketing", Action("opted_out")),
        Entry((130472,), "the person is part of an experiment of Meta's", _DROP),
        Entry(
            (131026,), "cannot be delivered: no WhatsApp there, too old, or terms not accepted", Action("other_variant")
        ),
        Entry((131047,), "more than 24 hours since the customer's last message", Action("window", 5.0, 1)),
        Entry((131052, 131053), "a file could not be downloaded or uploaded", Action("upload_again", 2.0, 1)),
        Entry((100, 131008, 131009), "a parameter is missing or wrong", _DEAD),
        Entry((131051,), "this type of message is not supported", _DEAD),
        Entry((131030,), "the person is not on the test number's list", _DEAD),
        Entry((131063,), "marketing templates are switched off for this API", _DEAD),
        Entry((131021,), "the recipient is the sender", Action("refused")),
        Entry((131062,), "this kind of template needs a phone number, and only a BSUID is known", Action("refused")),
        Entry((131064,), "too many violations of the rules for templates", _TEMPLATE),
        Entry((132000, 132005, 132012, 132018), "a template's values: count, length or format", _TEMPLATE),
        Entry((132001,), "no such template in this language, or not approved", _TEMPLATE),
        Entry((132007, 132008), "a template against policy or of the wrong format", _TEMPLATE),
        Entry((132015, 132016), "a template paused or disabled for its quality", _TEMPLATE),
        Entry((132068, 132069), "a template's flow blocked or throttled", _TEMPLATE),
        Entry((137000,), "the customer's identity changed", Action("identity")),
        Entry((130501,), "not allowed in groups", Action("ignore")),
    ),
)
