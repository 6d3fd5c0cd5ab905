"""On which subjects the bot may quote an article. Pure."""

from __future__ import annotations

QUOTED = frozenset(
    {"account_update", "new_plan_sales", "plan_change", "privacy_request", "relocation", "wifi_password"}
)
"""Questions that people would have to answer. Nothing that acts on money or on the network, no complaint, no farewell:
there the bot has answers of its own, or a person is what helps."""

COURTESIES = frozenset(
    {
        "greet",
        "goodbye",
        "thanks",
        "affirm",
        "deny",
        "bot_challenge",
        "help_menu",
        "inform",
        "out_of_scope",
        "talk_to_human",
    }
)
"""Intents on which there is nothing to write."""
