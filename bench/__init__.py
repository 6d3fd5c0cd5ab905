"""Measurements on the machine they run on: `make bench`. Ratios and percentiles side by side, no verdicts."""
