"""MikroTik RouterOS: its API's wire, a client, and what a router holds about a login."""
