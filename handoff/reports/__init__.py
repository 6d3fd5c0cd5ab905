"""Figures of the desk for a day, a week or any span of days, reckoned anew from rows each time they are asked for."""
