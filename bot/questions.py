"""What kind of answer each question of ours waits for, and what it is about."""

from __future__ import annotations

# What a question is about, for the case that it is no longer proved who answers it.
SUBJECT = {
    "confirm_release": "signal_release",
    "another_invoice": "invoice_second_copy",
    "tried": "outage_no_connection",
    "back": "signal_release",
    "last_invoice": "invoice_second_copy",
    "confirm_reboot": "outage_no_connection",
    "wifi_which": "wifi_password",
    "wifi_password": "wifi_password",
    "wifi_name": "wifi_password",
    "confirm_wifi": "wifi_password",
    "negotiation_offer": "payment_negotiation",
    "confirm_deal": "payment_negotiation",
}
OF_IDENTITY = frozenset({"phone", "document", "two_facts", "one_time_code"})
YES_OR_NO = frozenset(
    {
        "confirm_release",
        "another_invoice",
        "confirm_intent",
        "confirm_deal",
        "confirm_reboot",
        "confirm_wifi",
        "article_helped",
    }
)
# Their replies are found anywhere in the text, so that it may well say more besides.
LOOSE = frozenset({"another_invoice", "tried"})
# Taken as they stand, and read for no other wish first.
AS_TYPED = frozenset({"wifi_password", "wifi_name"})
