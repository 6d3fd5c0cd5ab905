"""Doors: in and out of the building. Knows every outside messaging protocol."""
