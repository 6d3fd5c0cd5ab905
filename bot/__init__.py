"""Decides what to say and what to do. Pure in the middle, rows at the edges."""
