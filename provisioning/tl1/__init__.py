"""TL1 to the management system of Fiberhome's OLTs: its answers as values, and a session over TCP."""
