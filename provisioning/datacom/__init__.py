"""Datacom DmOS: its commands, and what its answers mean."""
