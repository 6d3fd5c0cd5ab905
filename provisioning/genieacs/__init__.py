"""GenieACS: its NBI, the two data models of routers behind it, and what a router's Wi-Fi may be set to."""
