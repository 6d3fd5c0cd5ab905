"""What all OLTs with a command line over SSH have in common: the login, the terminal, and one Olt over a vendor."""
