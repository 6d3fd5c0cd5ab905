"""What the bot says to customers, as the house's people read and change it."""
