"""Faults that many feel: sweeps of the OLTs, what is concluded from them, and the incidents that come of it."""
