"""How people come in: passwords, codes, single sign-on, and the sessions that begin then."""
