"""Messaging channels: what each sends us, and how each is spoken to."""
