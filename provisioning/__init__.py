"""The network: what is asked of it, done once, read back, and told as evidence."""
