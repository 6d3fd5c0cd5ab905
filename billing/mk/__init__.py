"""What MK Solutions says, and how it is asked."""
