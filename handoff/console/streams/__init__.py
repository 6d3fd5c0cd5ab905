"""Open consoles that are told what changed, instead of asking again and again."""
