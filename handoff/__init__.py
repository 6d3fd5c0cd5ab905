"""People: queues, hand-over from the bot, the agents' desk and accounts, and the console."""
