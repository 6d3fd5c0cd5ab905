"""Waiting for a person: where a conversation waits, in which order, how long, and what its customer is told."""
