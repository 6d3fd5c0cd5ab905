"""What was promised about time: which terms hold, the clocks that run by them, and who is told when they run out."""
