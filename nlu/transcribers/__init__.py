"""Engines that turn voice notes into words, one a file."""
