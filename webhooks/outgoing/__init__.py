"""Doors out: other systems are told of what happened, signed, at least once."""
